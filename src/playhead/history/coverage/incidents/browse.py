"""List incidents a page at a time."""

from playhead.history.coverage.incidents.dependencies import IncidentsQuery
from playhead.history.coverage.incidents.ports import IncidentReader
from playhead.history.coverage.incidents.schemas import IncidentPage, incident_view
from playhead.web.cursors import Cursors


async def browse(
    incidents: IncidentReader, query: IncidentsQuery, cursors: Cursors
) -> IncidentPage:
    """Return one page of the incidents that pass the filters, and the cursor of the next.

    Raises:
        IntervalEmpty: ``to`` is not later than ``from``.
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    # One more tells whether there is a next page.
    found = await incidents.page(query.asked(), before=query.before(cursors), limit=query.limit + 1)
    shown = found[: query.limit]
    has_more = len(found) > query.limit
    return IncidentPage(
        data=[incident_view(each) for each in shown],
        next_cursor=query.cursor_after(shown[-1], cursors) if has_more else None,
        has_more=has_more,
    )
