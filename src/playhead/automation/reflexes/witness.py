"""Take note of executions that end: count the failures of reflexes, and tell reflexes on events."""

from uuid import UUID

from playhead.automation.executions import (
    EXECUTION_PREFIX,
    Ended,
    ExecutionStatus,
    ExecutionType,
    reference_text,
)
from playhead.automation.notices import Notices
from playhead.automation.reflexes.events import NewId, News, emit
from playhead.automation.reflexes.failures import Failures
from playhead.automation.reflexes.model import EventName
from playhead.automation.reflexes.repository import ReflexRows
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import format_id, new_uuid
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction

_NAMES = {
    ExecutionStatus.COMPLETED: EventName.EXECUTION_COMPLETED,
    ExecutionStatus.FAILED: EventName.EXECUTION_FAILED,
    ExecutionStatus.CANCELLED: EventName.EXECUTION_CANCELLED,
}
_UNTOLD = "the execution failed"


class ReflexWitness:
    """Is told of every execution that ends, in the transaction that ends it."""

    def __init__(self, notices: Notices, *, new_id: NewId = new_uuid) -> None:
        self._failures = Failures(notices, new_id)
        self._new_id = new_id

    async def ended(self, tx: Transaction, ended: Ended, *, now: Micros) -> None:
        """Take note of one end: of a cancelled execution nobody says that it failed."""
        name = _NAMES.get(ended.status)
        if name is None:
            return
        news = News(
            name,
            format_id(EXECUTION_PREFIX, ended.execution_id),
            ended.at,
            _payload(ended),
            ended.depth + 1,
        )
        await emit(tx, ended.org_id, news, now=now, new_id=self._new_id)
        if ended.type is ExecutionType.REFLEX and ended.reference_id is not None:
            await self._count(tx, ended, ended.reference_id, now)

    async def _count(self, tx: Transaction, ended: Ended, reflex_id: UUID, now: Micros) -> None:
        if ended.status is ExecutionStatus.COMPLETED:
            await ReflexRows(tx, ended.org_id).succeeded(reflex_id)
        elif ended.status is ExecutionStatus.FAILED:
            message = ended.error_message or ended.error_code or _UNTOLD
            await self._failures.count(
                tx, ended.org_id, reflex_id, message, now=now, depth=ended.depth + 1
            )


def _payload(ended: Ended) -> dict[str, object]:
    error = {"code": ended.error_code, "message": ended.error_message}
    return {
        "execution_id": format_id(EXECUTION_PREFIX, ended.execution_id),
        "skill_id": None if ended.skill_id is None else format_id(SKILL_PREFIX, ended.skill_id),
        "execution_type": ended.type.value,
        "reference_id": reference_text(ended.type, ended.reference_id),
        "status": ended.status.value,
        "error": error if ended.status is ExecutionStatus.FAILED else None,
    }
