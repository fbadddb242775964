"""When and what a message says, as far as it can be believed. Pure."""

from playhead.base.time import Micros
from playhead.history.capture import Record
from playhead.history.ingest.stream import Stream
from playhead.history.kalshi import BookSnapshot

_MOST_AHEAD = 86_400_000_000
"""Microseconds by which the exchange's clock may differ from ours: more is a fault of one."""
_END_OF_TIME = 253_402_300_800_000_000


def time_of(stream: Stream) -> Micros | None:
    """Return the newest time of a subscription, by the exchange's clock where it tells one."""
    return stream.exchange_at if stream.exchange_at is not None else stream.received_at


def latest(at: Micros | None, told: Micros | None) -> Micros | None:
    """Return the later of two times; None if there is no ``at``."""
    return at if at is None or told is None or at >= told else told


def not_before(stamped: Micros | None, own: Micros | None, told: Micros | None) -> Micros | None:
    """Return the time at which a change counts, by one clock.

    ``told`` is the newest time that the subscription has told of any market, and up to it the book
    was vouched for: a change that is stamped earlier, or not at all, counts at ``told``. Where the
    market's ``own`` newest time is as late, its running maximum sees to that by itself.
    """
    if told is None or own is None or own >= told:
        return stamped
    return stamped if stamped is not None and stamped >= told else told


def levels_in(message: BookSnapshot) -> dict[int, int]:
    """Return a snapshot's levels by level code (the price times two, plus the side)."""
    levels: dict[int, int] = {price * 2: size for price, size in message.yes if size}
    for price, size in message.no:
        if size:
            levels[price * 2 + 1] = size
    return levels


def holds_from(message: BookSnapshot) -> Micros | None:
    """Return the first exchange instant at which a snapshot surely holds.

    ``sent_at`` is cut to the millisecond, so what the snapshot includes may be later than that by
    less than a millisecond.
    """
    if message.exchange_at is not None or message.sent_at is None:
        return message.exchange_at
    return Micros(message.sent_at + 1000)


def credible(exchange_at: Micros | None, received_at: Micros | None) -> Micros | None:
    """Return an exchange time, or None for one that would vouch for what nobody has seen yet."""
    if exchange_at is None or not 0 <= exchange_at < _END_OF_TIME:
        return None
    is_ahead = received_at is not None and exchange_at > received_at + _MOST_AHEAD
    return None if is_ahead else exchange_at


def micros_of(record: Record) -> Micros | None:
    """Return when a record was received."""
    at = record.received_at
    return None if at is None else at // 1000  # type: ignore[return-value]  # a call saved a frame
