"""The audit log on the wire."""

from typing import Annotated

import msgspec

from playhead.kernel.audit.chain import Break, Place, Verification
from playhead.kernel.audit.model import Entry
from playhead.web.wire import Instant, Wire, instant_text

Hash = Annotated[str, msgspec.Meta(description="SHA-256 in hexadecimal.")]


class EntryView(Wire, frozen=True):
    """One line of the audit log.

    Attributes:
        number: 1, 2, 3 ... within the organisation.
        actor: `usr_...`, `key_...` or the name of a part of the system.
        subject: The id of what it was done to.
        hash: SHA-256 of `previous_hash` (32 bytes), then `entry` in UTF-8.
        entry: Exactly the text that the hash is made of.
    """

    number: int
    at: Instant
    actor: str
    action: str
    subject: str
    details: Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]
    address: str
    request_id: str
    previous_hash: Hash
    hash: Hash
    entry: str


class AuditLogPage(Wire, frozen=True):
    """Entries, the newest first."""

    data: list[EntryView]
    next_cursor: str | None
    has_more: bool


class PlaceView(Wire, frozen=True):
    """An entry of the chain by its number and hash. Number 0 is before the first."""

    number: int
    hash: Hash


class BreakView(Wire, frozen=True):
    """The first entry that is not as it was written.

    Attributes:
        reason: `missing`, `altered` (its hash does not fit its text or the entry before) or
            `columns_differ` (the text is sound, the columns that lists are made of are not).
    """

    number: int
    reason: str


class VerificationView(Wire, frozen=True):
    """What was found in one pass over the chain.

    Attributes:
        is_whole: Whether all that was looked at is what was written.
        entries: How many entries were looked at.
        last: The last one found sound: keep it elsewhere, and it proves that nothing before it
            was changed since.
        head: The newest entry when the pass began.
        next_after: Where the next pass has to go on; null once the head was reached.
    """

    is_whole: bool
    entries: int
    broken: BreakView | None
    last: PlaceView
    head: PlaceView
    next_after: int | None


def entry_view(entry: Entry) -> EntryView:
    """Return ``entry`` as it is sent."""
    return EntryView(
        number=entry.number,
        at=instant_text(entry.at),
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        details=msgspec.Raw(entry.details),
        address=entry.address,
        request_id=entry.request_id,
        previous_hash=entry.previous_hash.hex(),
        hash=entry.hash.hex(),
        entry=entry.entry,
    )


def verification_view(found: Verification) -> VerificationView:
    """Return ``found`` as it is sent."""
    return VerificationView(
        is_whole=found.broken is None,
        entries=found.entries,
        broken=_break(found.broken),
        last=_place(found.last),
        head=_place(found.head),
        next_after=None if found.is_complete else found.last.number,
    )


def _place(place: Place) -> PlaceView:
    return PlaceView(number=place.number, hash=place.hash.hex())


def _break(broken: Break | None) -> BreakView | None:
    return None if broken is None else BreakView(number=broken.number, reason=broken.reason.value)
