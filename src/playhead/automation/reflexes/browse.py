"""List reflexes, what reached them and what they ran, a page at a time."""

from uuid import UUID

from playhead.automation.reflexes.dependencies import EventsQuery, ReflexesQuery, ReflexRoom
from playhead.automation.reflexes.schemas import event_view, reflex_view, run_view
from playhead.web.cursors import Cursors
from playhead.web.pages import PagedQuery, Place


async def browse(room: ReflexRoom, org_id: UUID, asked: ReflexesQuery, cursors: Cursors) -> bytes:
    """Return one page of an organisation's reflexes as JSON, the newest first.

    Raises:
        CursorInvalid, PagingMixed, InvalidId: What was asked for is not in order.
    """
    filters = asked.filters()
    bound = {"list": "reflexes", **filters, "skill_id": asked.skill_id}
    rows, total = await room.reader.page(org_id, filters, asked.slice(cursors, bound))
    return asked.answer(
        rows,
        total,
        cursors,
        bound,
        place_of=lambda row: Place(at=row.reflex.created_at, id=row.reflex.reflex_id),
        view=lambda row: reflex_view(row, room.public_url),
    )


async def browse_events(
    room: ReflexRoom, org_id: UUID, reflex_id: UUID, asked: EventsQuery, cursors: Cursors
) -> bytes:
    """Return one page of what reached a reflex as JSON, the newest first.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        CursorInvalid, PagingMixed: What was asked for is not in order.
    """
    state = asked.state and asked.state.value
    bound = {"list": "reflex_events", "reflex": str(reflex_id), "state": state}
    part = asked.slice(cursors, bound)
    rows, total = await room.reader.events(org_id, reflex_id, state, part)
    return asked.answer(
        rows,
        total,
        cursors,
        bound,
        place_of=lambda row: Place(at=row.received_at, id=row.event_id),
        view=event_view,
    )


async def browse_executions(
    room: ReflexRoom, org_id: UUID, reflex_id: UUID, asked: PagedQuery, cursors: Cursors
) -> bytes:
    """Return one page of a reflex's executions as JSON, the newest first.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        CursorInvalid, PagingMixed: What was asked for is not in order.
    """
    bound = {"list": "reflex_executions", "reflex": str(reflex_id)}
    part = asked.slice(cursors, bound)
    rows, total = await room.reader.executions(org_id, reflex_id, part)
    return asked.answer(
        rows,
        total,
        cursors,
        bound,
        place_of=lambda row: Place(at=row.created_at, id=row.execution_id),
        view=run_view,
    )
