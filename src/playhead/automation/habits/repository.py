"""The rows of habits: the only module of the feature, beside that of firing, that knows them."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from playhead.automation.habits.errors import HabitNotFound
from playhead.automation.habits.model import (
    Habit,
    HabitSettings,
    Misfire,
    Occurrence,
    Overlap,
    Overview,
    Policy,
    Runs,
    SkillBrief,
    State,
)
from playhead.automation.habits.plan import Plan
from playhead.automation.habits.schedule import Schedule
from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction
from playhead.storage.tenants import Tenant, Tenants
from playhead.web.pages import Slice

SQL = load_sql(__package__)
MOST_COUNTED = 10_000


class PlanRows:
    """The planned ticks of one organisation, in a transaction of its own."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def write(self, plans: Sequence[Plan]) -> None:
        """Add ticks and note how far they reach. Costs no round trip.

        A plan whose habit was planned, changed or switched off by somebody else meanwhile is left
        out; a tick that has its row keeps it.
        """
        ordered = sorted(plans, key=lambda plan: plan.habit.habit_id)
        ticks = [(each.habit.habit_id, *tick) for each in ordered for tick in each.ticks]
        await self._transaction.send(
            SQL.write_plan,
            org_id=self._org_id,
            habit_ids=[each.habit.habit_id for each in ordered],
            numbers=[each.habit.number for each in ordered],
            froms=[each.habit.planned_to for each in ordered],
            untils=[each.planned_to for each in ordered],
            tick_habits=[habit_id for habit_id, _, _ in ticks],
            ticks=[tick for _, tick, _ in ticks],
            dues=[due for _, _, due in ticks],
        )

    async def unplan(self, habit_ids: Collection[UUID], now: Micros) -> None:
        """Take back the ticks of habits that are still to come. Costs no round trip."""
        await self._transaction.send(
            SQL.unplan, org_id=self._org_id, habit_ids=list(habit_ids), now=now
        )


class HabitRows:
    """The habits of one organisation, in a transaction of its own that may change them."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def count(self) -> int:
        """Return how many habits there are."""
        row = await self._transaction.fetch_optional(
            SQL.count_habits, org_id=self._org_id, skill_id=None, is_active=None
        )
        assert row is not None
        total: int = row.total
        return total

    async def take(self, habit_id: UUID, now: Micros) -> Habit:
        """Return a habit and keep others from changing it until we commit.

        Raises:
            HabitNotFound: The organisation has none of this id.
        """
        await self._transaction.send(SQL.take, org_id=self._org_id, habit_id=habit_id)
        return await self.find(habit_id, now)

    async def find(self, habit_id: UUID, now: Micros) -> Habit:
        """Return a habit.

        Raises:
            HabitNotFound: The organisation has none of this id.
        """
        row = await self._transaction.fetch_optional(
            SQL.habits + " " + SQL.one_of_them,
            org_id=self._org_id,
            habit_id=habit_id,
            now=now,
            most_counted=MOST_COUNTED,
        )
        if row is None:
            raise HabitNotFound(habit_id)
        return _habit(row)

    async def insert(
        self,
        habit_id: UUID,
        settings: HabitSettings,
        *,
        is_active: bool,
        created_by: str,
        now: Micros,
    ) -> None:
        """Add a habit whose plan begins now. Costs no round trip."""
        await self._transaction.send(
            SQL.insert,
            org_id=self._org_id,
            habit_id=habit_id,
            skill_id=settings.skill_id,
            is_active=is_active,
            created_by=created_by,
            now=now,
            **_settings(settings),
        )

    async def save(self, habit: Habit, now: Micros, *, replan: bool) -> int:
        """Write what may change about a habit; return the number of its schedule.

        Args:
            replan: Whether its plan begins anew, now.
        """
        row = await self._transaction.fetch_optional(
            SQL.save,
            org_id=self._org_id,
            habit_id=habit.habit_id,
            is_active=habit.is_active,
            consecutive_failures=habit.consecutive_failures,
            last_error_message=habit.last_error_message,
            paused_at=habit.paused_at,
            paused_because=habit.paused_because,
            replan=replan,
            now=now,
            **_settings(habit.settings),
        )
        assert row is not None
        number: int = row.schedule_number
        return number

    async def delete(self, habit_id: UUID) -> None:
        """Remove a habit and its ticks; its executions stay. Costs no round trip."""
        await self._transaction.send(SQL.delete, org_id=self._org_id, habit_id=habit_id)


class HabitReader:
    """Reads habits of organisations."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def find(self, org_id: UUID, habit_id: UUID, now: Micros) -> Habit:
        """Return one habit.

        Raises:
            HabitNotFound: The organisation has none of this id.
        """
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            return await HabitRows(transaction, org_id).find(habit_id, now)

    async def page(
        self,
        org_id: UUID,
        rows: Slice,
        now: Micros,
        *,
        skill_id: UUID | None,
        is_active: bool | None,
    ) -> tuple[list[Habit], int | None]:
        """Return habits, the newest first, and how many there are where that is asked for."""
        chosen = {"org_id": org_id, "skill_id": skill_id, "is_active": is_active}
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            found = await transaction.fetch_all(
                SQL.habits + " " + SQL.page_of_them,
                **chosen,
                now=now,
                most_counted=MOST_COUNTED,
                before_at=rows.before and rows.before.at,
                before_id=rows.before and rows.before.id,
                most=rows.most,
                skip=rows.skip,
            )
            counted = None
            if rows.counted:
                counted = await transaction.fetch_optional(SQL.count_habits, **chosen)
        return [_habit(row) for row in found], counted and counted.total

    async def occurrences(
        self, org_id: UUID, habit_id: UUID, rows: Slice, state: State | None
    ) -> tuple[list[Occurrence], int | None]:
        """Return ticks of a habit, the latest first, and how many where that is asked for."""
        chosen = {"org_id": org_id, "habit_id": habit_id, "state": state and state.value}
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            found = await transaction.fetch_all(
                SQL.occurrences,
                **chosen,
                before=rows.before and rows.before.at,
                most=rows.most,
                skip=rows.skip,
            )
            counted = None
            if rows.counted:
                counted = await transaction.fetch_optional(SQL.count_occurrences, **chosen)
        return [_occurrence(row) for row in found], counted and counted.total

    async def states(self, org_id: UUID, habit_id: UUID) -> dict[State, int]:
        """Return how many ticks of a habit are in each state."""
        rows = await self._tenants.fetch_all(
            Tenant(org_id), SQL.states, org_id=org_id, habit_id=habit_id
        )
        return {State(row.state): row.ticks for row in rows}

    async def runs(self, org_id: UUID, habit_id: UUID | None = None) -> Runs:
        """Return how the runs of one habit, or of all, have ended."""
        row = await self._tenants.fetch_optional(
            Tenant(org_id), SQL.runs, org_id=org_id, habit_id=habit_id
        )
        assert row is not None
        return Runs(**row._asdict())

    async def overview(self, org_id: UUID) -> Overview:
        """Return how many habits there are, and how they fare."""
        row = await self._tenants.fetch_optional(Tenant(org_id), SQL.overview, org_id=org_id)
        assert row is not None
        return Overview(**row._asdict())


def policy_of(row: Row) -> Policy:
    """Return the policy in a row of a habit."""
    return Policy(
        Overlap(row.overlap),
        Misfire(row.misfire),
        row.misfire_most,
        row.misfire_window,
        row.jitter,
        row.pause_after,
    )


def _settings(settings: HabitSettings) -> dict[str, object]:
    policy = settings.policy
    return {
        "label": settings.label,
        "schedule_cron": settings.schedule.expression,
        "schedule_description": settings.description,
        "timezone": settings.schedule.timezone,
        "config": msgspec.json.encode(settings.config).decode(),
        "overlap": policy.overlap.value,
        "misfire": policy.misfire.value,
        "misfire_most": policy.misfire_most,
        "misfire_window": policy.misfire_window,
        "jitter": policy.jitter,
        "pause_after": policy.pause_after,
    }


def _habit(row: Row) -> Habit:
    return Habit(
        habit_id=row.habit_id,
        settings=HabitSettings(
            row.skill_id,
            Schedule(row.schedule_cron, row.timezone),
            policy_of(row),
            row.label,
            row.schedule_description,
            row.config,
        ),
        skill=SkillBrief(row.skill_id, row.skill_name, row.skill_category, row.skill_is_active),
        is_active=row.is_active,
        consecutive_failures=row.consecutive_failures,
        last_error_message=row.last_error_message,
        paused_at=row.paused_at,
        paused_because=row.paused_because,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        next_run_at=row.next_run_at,
        last_run_at=row.last_run_at,
        run_count=row.run_count,
    )


def _occurrence(row: Row) -> Occurrence:
    return Occurrence(
        row.tick, row.due_at, State(row.state), row.reason, row.execution_id, row.decided_at
    )
