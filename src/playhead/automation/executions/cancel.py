"""Stop an execution because somebody asks for it."""

from uuid import UUID

from playhead.automation.executions.desk import ExecutionDesk
from playhead.automation.executions.errors import CannotCancel
from playhead.automation.executions.model import ExecutionStatus
from playhead.base.time import Micros
from playhead.kernel.identity import Caller


async def cancel(
    desk: ExecutionDesk, caller: Caller, execution_id: UUID, now: Micros
) -> ExecutionStatus:
    """Cancel an execution and return where it stands: cancelled, or running for a moment more.

    Raises:
        ExecutionNotFound: The organisation has none of this id.
        CannotCancel: It has ended already.
    """
    org_id = caller.org
    before = await desk.reader.status(org_id, execution_id)
    if before.is_final:
        raise CannotCancel(before)
    async with desk.tenants.transaction(caller.tenant) as tx:
        stopping = await desk.starter.cancel(tx, org_id, [execution_id], by=caller.name, now=now)
    await desk.bell.ring()
    if execution_id in stopping.cancelled:
        return ExecutionStatus.CANCELLED
    after = await desk.reader.status(org_id, execution_id)
    if after.is_final and after is not ExecutionStatus.CANCELLED:
        raise CannotCancel(after)
    return after
