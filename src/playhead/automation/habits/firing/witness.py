"""How the runs of habits end: counted, and what waits for them released."""

from uuid import UUID

from playhead.automation.executions import Ended, ExecutionStatus, ExecutionType
from playhead.automation.habits.firing.pause import tell_paused
from playhead.automation.habits.firing.repository import Ticks
from playhead.automation.notices import Notices
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction

UNSAID = "the run failed"


class HabitWitness:
    """Takes note of the ends of executions that habits started."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    async def ended(self, tx: Transaction, ended: Ended, *, now: Micros) -> None:
        """Take note of one end, in the transaction that ends it.

        A success forgets the failures before it; one failure too many in a row pauses the habit.
        What somebody cancelled counts neither way.
        """
        if ended.type is not ExecutionType.HABIT or ended.reference_id is None:
            return
        ticks, habit_id = Ticks(tx, ended.org_id), ended.reference_id
        await ticks.release(habit_id)
        if ended.status is ExecutionStatus.COMPLETED:
            await ticks.succeed(habit_id)
        elif ended.status is ExecutionStatus.FAILED:
            await self._fail(tx, ended, habit_id, now)

    async def _fail(self, tx: Transaction, ended: Ended, habit_id: UUID, now: Micros) -> None:
        message = ended.error_message or ended.error_code or UNSAID
        failing = await Ticks(tx, ended.org_id).fail({habit_id: message}, now)
        await tell_paused(tx, ended.org_id, failing, self._notices, now)
