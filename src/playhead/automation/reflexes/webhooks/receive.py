"""Take in a signed webhook: checked, stored with its job, and only then acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from playhead.automation.reflexes.desk import ReflexDesk
from playhead.automation.reflexes.errors import EventInvalid, EventTooLarge, SignatureInvalid
from playhead.automation.reflexes.events import note_events
from playhead.automation.reflexes.model import NewEvent, Source
from playhead.automation.reflexes.repository import Door, door_of
from playhead.automation.reflexes.webhooks.body import MOST_BYTES, read_event
from playhead.automation.reflexes.webhooks.secret import PURPOSE, opened
from playhead.automation.reflexes.webhooks.signature import is_recent, is_signed, read_headers
from playhead.base.time import Micros
from playhead.storage.tenants import Tenant

_NOBODYS_KEY = bytes(32)
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a webhook; ``is_repeat`` says that its id had come before: nothing started."""

    event_id: UUID
    is_repeat: bool


async def receive(
    desk: ReflexDesk, reflex_id: UUID, headers: Mapping[str, str], body: bytes, now: Micros
) -> Received:
    """Take in a webhook for a reflex.

    Whoever cannot sign learns nothing, not even whether there is such a reflex: it takes the same
    steps, and the answer is the same. A message that came before is acknowledged again, as senders
    retry with the same id; it starts nothing.

    Raises:
        SignatureInvalid: There is no such webhook, or it is not signed, or not now.
        EventTooLarge, EventInvalid: The body is not an event that can be kept.
    """
    if len(body) > MOST_BYTES:
        raise EventTooLarge(MOST_BYTES)
    signed = read_headers(headers)
    if signed is None or not is_recent(signed, now):
        raise SignatureInvalid
    door = await door_of(desk.tenants, reflex_id, now)
    if not is_signed(signed, body, _keys(desk, reflex_id, door)) or door is None:
        raise SignatureInvalid
    if not _is_json(headers.get("content-type", "")):
        raise EventInvalid("is sent with content-type: application/json")
    event = NewEvent(
        desk.id(now), reflex_id, Source.WEBHOOK, signed.id, now, payload=read_event(body)
    )
    async with desk.tenants.transaction(Tenant(door.org_id)) as transaction:
        taken = await note_events(transaction, door.org_id, [event], now=now, new_id=desk.new_id)
    if taken:
        await desk.bell.ring()
    elif await door_of(desk.tenants, reflex_id, now) is None:  # it was just deleted
        raise SignatureInvalid
    return Received(event.event_id, is_repeat=not taken)


def _keys(desk: ReflexDesk, reflex_id: UUID, door: Door | None) -> list[bytes]:
    if door is None:  # what takes as long, and opens nothing
        sealed = desk.sealer.seal(_NOBODY.bytes + _NOBODYS_KEY, purpose=PURPOSE)
        return [opened(desk.sealer, _NOBODY, sealed)]
    return [opened(desk.sealer, reflex_id, sealed) for sealed in door.secrets]


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and "+json" in kind)
