"""List an audit log a page at a time."""

from uuid import UUID

from playhead.kernel.audit.dependencies import AuditQuery
from playhead.kernel.audit.repository import AuditReader
from playhead.kernel.audit.schemas import AuditLogPage, entry_view
from playhead.web.cursors import Cursors


async def browse(
    log: AuditReader, org_id: UUID, asked: AuditQuery, cursors: Cursors
) -> AuditLogPage:
    """Return one page of the entries that pass the filters, and the cursor of the next.

    Raises:
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    # One more tells whether there is a next page.
    found = await log.page(
        org_id, asked.filters(), before=asked.before(cursors), limit=asked.limit + 1
    )
    shown = found[: asked.limit]
    has_more = len(found) > asked.limit
    return AuditLogPage(
        data=[entry_view(each) for each in shown],
        next_cursor=asked.cursor_after(shown[-1].number, cursors) if has_more else None,
        has_more=has_more,
    )
