"""How an execution that was just started is answered: at once, when it has ended, or as it goes."""

from uuid import UUID

from starlette.responses import Response

from playhead.automation.executions.desk import ExecutionDesk
from playhead.automation.executions.model import EXECUTION_PREFIX, ExecutionStatus
from playhead.automation.executions.reading import ExecutionReader
from playhead.automation.executions.schemas import (
    ExecutionRetried,
    execution_started,
    execution_view,
)
from playhead.automation.executions.streams import events, wants_events
from playhead.automation.executions.wait import wait_for
from playhead.automation.executions.watch import Mark, watch
from playhead.base.ids import format_id
from playhead.web.streaming import TooManyStreams
from playhead.web.wire import JsonBytes, encode

PLACE = "/api/v1/executions"


async def reply(
    desk: ExecutionDesk, org_id: UUID, execution_id: UUID, *, seconds: float, accept: str
) -> Response:
    """Return events, or the execution if it ends within ``seconds``, or else where to find it.

    Where too many watch already, no events are given: it runs, and can be watched later.
    """
    if wants_events(accept):
        told = watch(desk.reader, org_id, execution_id, Mark())
        try:
            return await events(desk.watchers.hold(told))
        except TooManyStreams:
            return _accepted(execution_id, ExecutionStatus.PENDING)
    if seconds <= 0:
        return _accepted(execution_id, ExecutionStatus.PENDING)
    status = await wait_for(desk.reader, org_id, execution_id, seconds)
    if not status.is_final:
        return _accepted(execution_id, status)
    return await shown(desk.reader, org_id, execution_id)


async def shown(reader: ExecutionReader, org_id: UUID, execution_id: UUID) -> JsonBytes:
    """Return an execution as an answer.

    Raises:
        ExecutionNotFound: The organisation has none of this id.
    """
    return JsonBytes(encode(execution_view(await reader.find(org_id, execution_id))))


def retried(execution_id: UUID, retry_of: UUID) -> JsonBytes:
    """Return what is answered when an execution is started again."""
    told = ExecutionRetried(
        execution_id=format_id(EXECUTION_PREFIX, execution_id),
        retry_of=format_id(EXECUTION_PREFIX, retry_of),
        status=ExecutionStatus.PENDING.value,
    )
    return JsonBytes(encode(told), 202, _location(execution_id))


def standing(execution_id: UUID, status: ExecutionStatus) -> JsonBytes:
    """Return where an execution stands: 202 if it has not ended yet."""
    code = 200 if status.is_final else 202
    return JsonBytes(encode(execution_started(execution_id, status)), code)


def _accepted(execution_id: UUID, status: ExecutionStatus) -> JsonBytes:
    told = execution_started(execution_id, status)
    return JsonBytes(encode(told), 202, _location(execution_id))


def _location(execution_id: UUID) -> dict[str, str]:
    return {"Location": f"{PLACE}/{format_id(EXECUTION_PREFIX, execution_id)}"}
