"""The rows of habits: the only module of the feature, beside that of firing, that knows them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from playhead.automation.habits.plan import Plan
from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Transaction

SQL = load_sql(__package__)


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
