"""What a record and its message tell of time. Pure."""

from playhead.base.time import Micros
from playhead.history.capture import Record
from playhead.history.kalshi import BookDelta, BookSnapshot, Message
from playhead.history.rewind import Clock

_DAY = 86_400_000_000
_END_OF_TIME = 253_402_300_800_000_000
_MILLISECOND = 1000


def told_by(message: Message, record: Record, clock: Clock) -> Micros | None:
    """Return the time that a message tells by one clock; None if none, or one that cannot be."""
    received_at = received(record)
    if clock is Clock.RECEIVED:
        return received_at
    at = message.exchange_at if isinstance(message, BookDelta | BookSnapshot) else None
    if at is None or not 0 <= at < _END_OF_TIME:
        return None
    return None if received_at is not None and at > received_at + _DAY else at


def held_from(snapshot: BookSnapshot, record: Record, clock: Clock) -> Micros | None:
    """Return the first instant at which a snapshot holds by one clock; None if it does not say.

    The exchange's time of sending is cut to the millisecond: what the snapshot includes may be
    later than that.
    """
    if clock is Clock.RECEIVED:
        return received(record)
    if snapshot.exchange_at is not None or snapshot.sent_at is None:
        return snapshot.exchange_at
    return Micros(snapshot.sent_at + _MILLISECOND)


def received(record: Record) -> Micros | None:
    """Return when a record was received, cut to the microsecond."""
    return None if record.received_at is None else Micros(record.received_at // 1000)
