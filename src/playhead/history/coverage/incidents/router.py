"""The incident endpoint."""

from fastapi import APIRouter

from playhead.history.coverage.errors import IntervalEmpty
from playhead.history.coverage.incidents.browse import browse
from playhead.history.coverage.incidents.dependencies import IncidentsAsked, IncidentsOf
from playhead.history.coverage.incidents.schemas import IncidentPage
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.cursors import CursorInvalid
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import CursorBox
from playhead.web.wire import JsonBytes, encode

router = APIRouter(
    prefix="/incidents", tags=["the public record"], default_response_class=JsonBytes
)


@router.get(
    "",
    responses={
        **answer("One page, the newest first.", IncidentPage),
        **problems(IntervalEmpty, CursorInvalid, DatabaseUnavailable),
    },
)
async def list_incidents(
    asked: IncidentsAsked, incidents: IncidentsOf, cursors: CursorBox
) -> JsonBytes:
    """List what ended knowledge: each cause with the markets that it hit, and whether it healed."""
    return JsonBytes(encode(await browse(incidents, asked, cursors)))
