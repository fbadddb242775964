"""Set off a reflex by a call of the API."""

from collections.abc import Mapping
from uuid import UUID

from playhead.automation.reflexes.desk import Author, ReflexDesk
from playhead.automation.reflexes.errors import NotApiCall
from playhead.automation.reflexes.events import note_events
from playhead.automation.reflexes.model import EVENT_PREFIX, NewEvent, Source, TriggerType
from playhead.automation.reflexes.repository import ReflexRows
from playhead.automation.reflexes.webhooks.body import check_event
from playhead.automation.reflexes.webhooks.receive import Received
from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.storage.tenants import Tenant


async def call(
    desk: ReflexDesk,
    author: Author,
    reflex_id: UUID,
    event: Mapping[str, object],
    *,
    source_id: str | None,
    now: Micros,
) -> Received:
    """Take in an event for a reflex; one whose ``source_id`` came before starts nothing.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        NotApiCall: The reflex is set off by something else.
        EventInvalid, EventTooLarge: The event is none that can be kept.
    """
    payload = check_event(event)
    event_id = desk.id(now)
    new = NewEvent(
        event_id,
        reflex_id,
        Source.API_CALL,
        source_id or format_id(EVENT_PREFIX, event_id),
        now,
        payload,
    )
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        rows = ReflexRows(transaction, author.org_id)
        reflex = await rows.find(reflex_id)
        if reflex.chosen.trigger.type is not TriggerType.API_CALL:
            raise NotApiCall
        taken = await note_events(transaction, author.org_id, [new], now=now, new_id=desk.new_id)
        if not taken:
            await rows.find(reflex_id)  # it may be that it was just deleted
    if taken:
        await desk.bell.ring()
    return Received(event_id, is_repeat=not taken)
