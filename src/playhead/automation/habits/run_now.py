"""Run a habit at once, beside its schedule."""

from dataclasses import dataclass
from uuid import UUID

from playhead.automation.executions import (
    ExecutionStatus,
    ExecutionType,
    NewExecution,
    started_before,
)
from playhead.automation.habits.desk import HabitDesk
from playhead.automation.habits.repository import HabitRows
from playhead.base.time import Micros
from playhead.kernel.identity import Caller


@dataclass(frozen=True, slots=True)
class RunStarted:
    """An execution that somebody asked a habit for.

    Attributes:
        is_active: Whether the habit runs by its schedule too.
    """

    execution_id: UUID
    status: ExecutionStatus
    is_active: bool


async def run_now(
    desk: HabitDesk, caller: Caller, habit_id: UUID, now: Micros, *, mark: str | None = None
) -> RunStarted:
    """Start an execution of a habit, active or not, whatever else of it runs.

    It counts as one of the habit's runs: its failure as a failure in a row, its success as the end
    of those.

    Args:
        mark: Of the request, where it may be made again.

    Raises:
        HabitNotFound: The organisation has none of this id.
        SkillInactive: The skill is switched off.
        LabelNotFound: No version of the skill bears the habit's label any more.
        InputInvalid: The skill takes no such input any more.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        habit = await HabitRows(transaction, caller.org).find(habit_id, now)
        new = NewExecution(
            execution_id=desk.new_id(now),
            skill_id=habit.settings.skill_id,
            given=habit.settings.config,
            type=ExecutionType.HABIT,
            created_by=caller.name,
            at=now,
            label=habit.settings.label,
            reference_id=habit_id,
            trigger={"run_now": True},
            mark=mark,
        )
        earlier = await started_before(transaction, caller.org, mark, now=now)
        if earlier is not None:
            return RunStarted(earlier, ExecutionStatus.PENDING, habit.is_active)
        for refused in await desk.starter.start(transaction, caller.org, [new], now=now):
            raise refused.error
    await desk.bell.ring()
    return RunStarted(new.execution_id, ExecutionStatus.PENDING, habit.is_active)
