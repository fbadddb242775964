"""Delete a habit."""

from uuid import UUID

from playhead.automation.habits.desk import HabitDesk, told
from playhead.automation.habits.repository import HabitRows
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller


async def remove(desk: HabitDesk, caller: Caller, habit_id: UUID, now: Micros) -> None:
    """Delete a habit and its ticks; executions that it started stay, and end as they would.

    Raises:
        HabitNotFound: The organisation has none of this id.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        rows = HabitRows(transaction, caller.org)
        habit = await rows.take(habit_id, now)
        await rows.delete(habit_id)
        await desk.tell(
            transaction, caller, Action.HABIT_DELETED, habit_id, told(habit.settings), now=now
        )
