"""What planner, firer and witness read and write: ticks, and how habits fare."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from playhead.automation.habits.decide import Due, Verdict
from playhead.automation.habits.model import RECHECK, Policy, State
from playhead.automation.habits.plan import Unplanned
from playhead.automation.habits.repository import policy_of
from playhead.automation.habits.schedule import Schedule
from playhead.base.texts import storable
from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction
from playhead.storage.tenants import NOBODY, Tenants

SQL = load_sql(__package__)
MOST_MESSAGE = 500


@dataclass(frozen=True, slots=True)
class Runnable:
    """A habit with ticks that are due, and all that decides about them.

    Attributes:
        running: Its executions that have not ended; unknown (empty) where they do not matter.
    """

    habit_id: UUID
    skill_id: UUID
    label: str | None
    config: Mapping[str, object]
    policy: Policy
    is_active: bool
    skill_is_active: bool
    created_by: str
    running: Sequence[UUID]
    due: Sequence[Due]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a tick of a habit.

    Attributes:
        reason: One of `Reason`, and after a colon the code of an error.
    """

    habit_id: UUID
    verdict: Verdict
    state: State
    reason: str
    execution_id: UUID | None


@dataclass(frozen=True, slots=True)
class Failing:
    """How a habit stands after a failure was counted."""

    habit_id: UUID
    name: str
    failures: int
    error: str
    is_paused_now: bool


class Ticks:
    """The ticks of one organisation, in a transaction of its own."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def take_turn(self) -> None:
        """Wait until no other firer decides for the organisation; until the transaction ends."""
        await self._transaction.send(SQL.take_turn, org_id=self._org_id)

    async def due(self, habit_ids: Collection[UUID], now: Micros) -> list[Runnable]:
        """Return those of the habits that have ticks to decide about."""
        rows = await self._transaction.fetch_all(
            SQL.due, org_id=self._org_id, habit_ids=list(habit_ids), now=now
        )
        found: dict[UUID, list[Row]] = {}
        for row in rows:
            found.setdefault(row.habit_id, []).append(row)
        return [_runnable(each) for each in found.values()]

    async def end(self, outcomes: Sequence[Outcome], now: Micros) -> None:
        """Write what became of ticks, in one statement that costs no round trip."""
        await self._transaction.send(
            SQL.end_ticks,
            org_id=self._org_id,
            habit_ids=[each.habit_id for each in outcomes],
            ticks=[each.verdict.due.tick for each in outcomes],
            states=[each.state.value for each in outcomes],
            reasons=[each.reason for each in outcomes],
            execution_ids=[each.execution_id for each in outcomes],
            now=now,
            recheck_at=now + RECHECK,
        )

    async def fail(self, messages: Mapping[UUID, str], now: Micros) -> list[Failing]:
        """Count a failure of each habit; those that failed too often in a row are paused."""
        habit_ids = sorted(messages)
        rows = await self._transaction.fetch_all(
            SQL.fail,
            org_id=self._org_id,
            habit_ids=habit_ids,
            messages=[storable(messages[habit_id])[:MOST_MESSAGE] for habit_id in habit_ids],
            now=now,
        )
        return [
            Failing(
                row.habit_id,
                row.schedule_description or row.schedule_cron,
                row.consecutive_failures,
                row.last_error_message,
                row.paused,
            )
            for row in rows
        ]

    async def succeed(self, habit_id: UUID) -> None:
        """Forget the failures of a habit."""
        await self._transaction.send(SQL.succeed, org_id=self._org_id, habit_id=habit_id)

    async def release(self, habit_id: UUID) -> None:
        """Let what waits for a run of the habit to end be looked at now."""
        await self._transaction.send(SQL.release, org_id=self._org_id, habit_id=habit_id)


class Agenda:
    """What is to be done, whoever's it is: habits and organisations by their ids."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def lend(
        self, *, now: Micros, lease_until: Micros, most: int
    ) -> dict[UUID, dict[UUID, int]]:
        """Return habits with ticks that are ours to fire while the lease lasts, by organisation.

        Each with how many ticks it is.
        """
        rows = await self._tenants.fetch_all(
            NOBODY, SQL.lend, now=now, lease_until=lease_until, most=most
        )
        lent: dict[UUID, dict[UUID, int]] = {}
        for row in rows:
            habits = lent.setdefault(row.org_id, {})
            habits[row.habit_id] = habits.get(row.habit_id, 0) + 1
        return lent

    async def to_plan(self, *, horizon: Micros, most: int) -> dict[UUID, list[Unplanned]]:
        """Return habits that are planned no further than ``horizon``, by organisation."""
        rows = await self._tenants.fetch_all(NOBODY, SQL.to_plan, horizon=horizon, most=most)
        found: dict[UUID, list[Unplanned]] = {}
        for row in rows:
            found.setdefault(row.org_id, []).append(
                Unplanned(
                    row.habit_id,
                    Schedule(row.schedule_cron, row.timezone),
                    row.jitter,
                    row.planned_to,
                    row.schedule_number,
                )
            )
        return found

    async def forget(self, *, before: Micros, most: int) -> int:
        """Forget ticks before an instant that have ended; return how many, ``most`` at most."""
        row = await self._tenants.fetch_optional(NOBODY, SQL.forget, before=before, most=most)
        assert row is not None
        gone: int = row.gone
        return gone


def _runnable(rows: Sequence[Row]) -> Runnable:
    row = rows[0]
    return Runnable(
        row.habit_id,
        row.skill_id,
        row.label,
        row.config,
        policy_of(row),
        row.is_active,
        row.skill_is_active,
        row.created_by,
        row.running,
        [Due(each.tick, each.due_at, State(each.state)) for each in rows],
    )
