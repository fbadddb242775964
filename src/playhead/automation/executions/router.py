"""The endpoints of executions."""

from typing import Any

from fastapi import APIRouter, Response

from playhead.automation.executions.bodies import CleanupBody
from playhead.automation.executions.browse import MOST_RUNNING, browse, newest, show_full
from playhead.automation.executions.cancel import cancel
from playhead.automation.executions.dependencies import (
    CleanupAsked,
    DeskOf,
    ExecutionId,
    ExecutionsAsked,
    ExportAsked,
    MarkDep,
    RecentAsked,
)
from playhead.automation.executions.errors import (
    CannotCancel,
    CannotRetry,
    ExecutionNotFound,
    IntervalEmpty,
)
from playhead.automation.executions.execute import retry
from playhead.automation.executions.export import export
from playhead.automation.executions.forget import forget
from playhead.automation.executions.reading import Filter
from playhead.automation.executions.replies import retried, shown, standing
from playhead.automation.executions.schemas import (
    ExecutionList,
    ExecutionPage,
    ExecutionRetried,
    ExecutionsForgotten,
    ExecutionStarted,
    ExecutionView,
    FullExecution,
)
from playhead.automation.executions.skills_router import STARTING, skills_router
from playhead.automation.executions.statistics_router import statistics_router
from playhead.automation.executions.streams import EVENTS, Streamed, events
from playhead.automation.executions.watch import watch
from playhead.base.ids import InvalidId
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep, needs
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.cursors import CursorInvalid
from playhead.web.idempotency import IdempotentRoute, MarkOf
from playhead.web.openapi import answer
from playhead.web.pages import PagingMixed
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now, Streams
from playhead.web.streaming import TooManyStreams
from playhead.web.wire import JsonBytes, encode

SHARED = (NoOrganisation, ScopeMissing, DatabaseUnavailable)
ONE = (InvalidId, ExecutionNotFound, *SHARED)
READING = [needs(Scope.AUTOMATION_READ)]
WRITING = [needs(Scope.AUTOMATION_WRITE)]
_OLD = CleanupBody()

router = APIRouter(
    prefix="/executions",
    tags=["executions"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
)
routers = (statistics_router, router, skills_router)


def _file(description: str, *kinds: str) -> dict[int | str, dict[str, Any]]:
    # A stream has no one schema: what each part of it looks like is in the description.
    content: dict[str, dict[str, Any]] = {kind: {} for kind in kinds}
    return {200: {"description": description, "content": content}}


@router.get(
    "",
    dependencies=READING,
    responses={
        **answer("One page, the newest first.", ExecutionPage),
        **problems(CursorInvalid, PagingMixed, InvalidId, IntervalEmpty, *SHARED),
    },
)
async def list_executions(
    asked: ExecutionsAsked, caller: CallerDep, desk: DeskOf, cursors: CursorBox
) -> JsonBytes:
    """List executions. Rows have the first 1,000 characters of the output and no input."""
    chosen, bound = asked.filter(), asked.bound()
    return JsonBytes(await browse(desk, caller.org, asked, chosen, cursors, bound))


@router.get(
    "/recent",
    dependencies=READING,
    responses={**answer("The newest.", ExecutionList), **problems(*SHARED)},
)
async def list_recent(asked: RecentAsked, caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """List the newest executions."""
    return JsonBytes(encode(await newest(desk, caller.org, Filter(), asked.limit)))


@router.get(
    "/running",
    dependencies=READING,
    responses={**answer("All of them, up to 1,000.", ExecutionList), **problems(*SHARED)},
)
async def list_running(caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """List the executions that have not ended, those that wait for a worker included."""
    unfinished = Filter(unfinished=True)
    return JsonBytes(encode(await newest(desk, caller.org, unfinished, MOST_RUNNING)))


@router.get(
    "/export",
    dependencies=READING,
    responses={
        **_file("The file.", "text/csv", "application/json", "application/x-ndjson"),
        **problems(InvalidId, IntervalEmpty, TooManyStreams, *SHARED),
    },
)
async def export_executions(
    asked: ExportAsked, caller: CallerDep, desk: DeskOf, streams: Streams, now: Now
) -> Response:
    """Write executions as a file, with their whole outputs.

    In CSV, a text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    name = f'attachment; filename="executions.{asked.format}"'
    file = export(desk.reader, caller.org, asked.filter(), asked.format, now)
    headers = {"Content-Disposition": name}
    return await Streamed.started(streams.hold(file), asked.format.media_type, headers)


@router.post(
    "/cleanup",
    dependencies=WRITING,
    responses={
        **answer("How many.", ExecutionsForgotten),
        **problems(BodyTooLarge, *SHARED),
    },
)
async def clean_up(
    caller: CallerDep, desk: DeskOf, now: Now, body: CleanupBody = _OLD
) -> JsonBytes:
    """Forget executions that ended long ago, or only count them. After 90 days all are."""
    days, dry = body.older_than_days, body.dry_run
    many = await forget(desk.tenants, caller.org, older_than_days=days, dry_run=dry, now=now)
    return JsonBytes(encode(ExecutionsForgotten(deleted=many, dry_run=dry)))


@router.delete(
    "/cleanup",
    dependencies=WRITING,
    responses={**answer("How many.", ExecutionsForgotten), **problems(*SHARED)},
)
async def delete_old(asked: CleanupAsked, caller: CallerDep, desk: DeskOf, now: Now) -> JsonBytes:
    """Forget executions that ended long ago, or only count them."""
    days, dry = asked.older_than_days, asked.dry_run
    many = await forget(desk.tenants, caller.org, older_than_days=days, dry_run=dry, now=now)
    return JsonBytes(encode(ExecutionsForgotten(deleted=many, dry_run=dry)))


@router.get(
    "/{execution_id}",
    dependencies=READING,
    responses={**answer("The execution.", ExecutionView), **problems(*ONE)},
)
async def read_execution(execution_id: ExecutionId, caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """Return one execution, with its input and its whole output."""
    return await shown(desk.reader, caller.org, execution_id)


@router.get(
    "/{execution_id}/full",
    dependencies=READING,
    responses={**answer("The execution.", FullExecution), **problems(*ONE)},
)
async def read_full(execution_id: ExecutionId, caller: CallerDep, desk: DeskOf) -> JsonBytes:
    """Return one execution with why it ran, what ran, and its lost attempts."""
    return JsonBytes(encode(await show_full(desk, caller, execution_id)))


@router.get(
    "/{execution_id}/stream",
    dependencies=READING,
    responses={
        **_file("Events: `started`, `output`, `finished`.", EVENTS),
        **problems(TooManyStreams, *ONE),
    },
)
async def stream_execution(
    execution_id: ExecutionId, caller: CallerDep, desk: DeskOf, mark: MarkDep
) -> Response:
    """Watch an execution by server-sent events, from its beginning or from `Last-Event-ID` on.

    `started` begins an attempt: output of an earlier one is void. `output` adds `text` at character
    `offset`. `finished` has the execution and ends the stream. One that ended already is told, too.
    """
    told = watch(desk.reader, caller.org, execution_id, mark)
    return await events(desk.watchers.hold(told))


@router.post(
    "/{execution_id}/cancel",
    dependencies=WRITING,
    responses={
        **answer("It is cancelled.", ExecutionStarted),
        **answer("It ends within two seconds.", ExecutionStarted, status=202),
        **problems(CannotCancel, *ONE),
    },
)
async def cancel_execution(
    execution_id: ExecutionId, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Cancel an execution. What its model said until then is kept; the model says no more."""
    return standing(execution_id, await cancel(desk, caller, execution_id, now))


@router.post(
    "/{execution_id}/retry",
    status_code=202,
    dependencies=WRITING,
    responses={
        **answer("The new execution.", ExecutionRetried, status=202),
        **problems(CannotRetry, *STARTING, *ONE),
    },
)
async def retry_execution(
    execution_id: ExecutionId, caller: CallerDep, desk: DeskOf, now: Now, mark: MarkOf
) -> JsonBytes:
    """Start an execution that failed or was cancelled again: same version, input and instant."""
    started = await retry(desk, caller, execution_id, now, mark=mark)
    return retried(started, execution_id)
