"""List executions, a page at a time, and show one."""

from collections.abc import Mapping
from uuid import UUID

from playhead.automation.executions.desk import ExecutionDesk
from playhead.automation.executions.reading import Execution, Filter, WholeExecution
from playhead.automation.executions.schemas import (
    ExecutionList,
    FullExecution,
    execution_row,
    full_execution,
)
from playhead.automation.skills import find_version, written_definition
from playhead.kernel.identity import Caller
from playhead.web.cursors import Cursors
from playhead.web.pages import PagedQuery, Place, Slice

MOST_RUNNING = 1000


async def browse(
    desk: ExecutionDesk,
    org_id: UUID,
    asked: PagedQuery,
    chosen: Filter,
    cursors: Cursors,
    bound: Mapping[str, object],
) -> bytes:
    """Return one page of an organisation's executions, the newest first.

    Raises:
        CursorInvalid: The cursor is none of ours, or of another query.
        PagingMixed: Both forms of paging are asked for.
    """
    rows, total = await desk.reader.page(org_id, chosen, asked.slice(cursors, bound))
    return asked.answer(rows, total, cursors, bound, place_of=_place, view=execution_row)


async def newest(desk: ExecutionDesk, org_id: UUID, chosen: Filter, most: int) -> ExecutionList:
    """Return an organisation's newest executions."""
    rows, _ = await desk.reader.page(org_id, chosen, Slice(most, 0, None, counted=False))
    return ExecutionList(data=[execution_row(row) for row in rows])


async def show_full(desk: ExecutionDesk, caller: Caller, execution_id: UUID) -> FullExecution:
    """Return an execution with what ran and why.

    Raises:
        ExecutionNotFound: The organisation has none of this id.
    """
    whole = await desk.reader.find(caller.org, execution_id)
    return full_execution(whole, await _config(desk, caller, whole))


async def _config(desk: ExecutionDesk, caller: Caller, whole: WholeExecution) -> dict[str, object]:
    skill = whole.execution.skill
    if skill is None:
        return dict(whole.config or {})
    async with desk.tenants.transaction(caller.tenant) as tx:
        found = await find_version(tx, skill.skill_id, version=whole.execution.version)
    return written_definition(found)


def _place(row: Execution) -> Place:
    return Place(at=row.created_at, id=row.execution_id)
