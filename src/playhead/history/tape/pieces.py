"""A book at an instant from what the tape holds: a whole book and events after it. Pure."""

from dataclasses import dataclass

import numpy as np

from playhead.base.time import Micros
from playhead.history.tape.codec import levels_from_bytes, unpack_segment
from playhead.history.tape.columns import (
    NO_TIME,
    Columns,
    Ints,
    Levels,
    running_max,
    sum_levels,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A proven interval. Both bounds of each clock are inclusive; None: that clock is unknown.

    While it is open, ``to_position`` is None and ``*_to`` is how far it is known to be whole. No
    event of it comes after position ``upto``.

    Attributes:
        capture: The name of the capture that holds it; ``capture_id`` is its number.
        connection, sid: The chain of messages that it rests on, within the capture.
        opened_offset: Where in the capture the snapshot is that opened it, in bytes.
        closed_by: What ended it; None while it is open.
        detected_at, detected_exchange_at: When that was noticed, by both clocks.
    """

    market_id: int
    from_position: int
    to_position: int | None
    received_from: Micros | None
    received_to: Micros | None
    exchange_from: Micros | None
    exchange_to: Micros | None
    upto: int
    capture_id: int
    capture: str
    recorder: str
    connection: int
    sid: int
    opened_by: str
    opened_offset: int
    closed_by: str | None
    detected_at: Micros | None
    detected_exchange_at: Micros | None
    verified_at: Micros | None
    keyframe: bytes

    def bounds(self, *, by_exchange: bool) -> tuple[Micros | None, Micros | None]:
        """Return the first and the last proven instant by one clock."""
        if by_exchange:
            return self.exchange_from, self.exchange_to
        return self.received_from, self.received_to


@dataclass(frozen=True, slots=True)
class BookPoint:
    """A book after the event at ``position``; times are the running maxima of their clocks.

    ``keyframe_position`` is that of the newest whole book it was made from.
    """

    position: int
    keyframe_position: int
    received_at: Micros | None
    exchange_at: Micros | None
    levels: Levels


@dataclass(frozen=True, slots=True)
class SegmentPiece:
    """A sealed segment, the position of the book it starts from, and the clocks at its first event.

    That book is the one after the last event before the segment.
    """

    data: bytes
    keyframe_position: int
    received_first: Micros | None
    exchange_first: Micros | None


def opening_point(interval: Interval) -> BookPoint:
    """Return the book that opened an interval."""
    return BookPoint(
        interval.from_position,
        interval.from_position,
        interval.received_from,
        interval.exchange_from,
        levels_from_bytes(interval.keyframe),
    )


def point_in_segment(piece: SegmentPiece, at: Micros, *, by_exchange: bool) -> BookPoint:
    """Return the book after the last event of a segment that comes before a later time than ``at``.

    The segment's first event is no later than ``at``.
    """
    segment = unpack_segment(piece.data)
    count = _events_until(segment.exchange_at if by_exchange else segment.received_at, at)
    return BookPoint(
        segment.position_of(count - 1),
        piece.keyframe_position,
        _newest(segment.received_at[:count], piece.received_first),
        _newest(segment.exchange_at[:count], piece.exchange_first),
        segment.levels_after(count),
    )


def point_after(start: BookPoint, rows: Columns, at: Micros, *, by_exchange: bool) -> BookPoint:
    """Return the book after ``start`` and every one of ``rows`` that is no later than ``at``."""
    times = rows.exchange_at if by_exchange else rows.received_at
    return point_after_all(start, rows.cut(0, _events_until(times, at)))


def point_after_all(start: BookPoint, rows: Columns) -> BookPoint:
    """Return the book after ``start`` and all of ``rows``."""
    if not len(rows):
        return start
    return BookPoint(
        int(rows.position[-1]),
        start.keyframe_position,
        _newest(rows.received_at, start.received_at),
        _newest(rows.exchange_at, start.exchange_at),
        sum_levels(start.levels, rows.level, rows.change),
    )


def running_times(rows: Columns, start: BookPoint, *, by_exchange: bool) -> Ints:
    """Return the running maximum of one clock over events that follow ``start``."""
    if by_exchange:
        return running_max(rows.exchange_at, start.exchange_at)
    return running_max(rows.received_at, start.received_at)


def events_after(columns: Columns, position: int) -> Columns:
    """Return the events after ``position``."""
    start = int(np.searchsorted(columns.position, position, side="right"))
    return columns.cut(start, len(columns))


def _events_until(times: Ints, at: Micros) -> int:
    """Return how many events come before the first one that is later than ``at``.

    That is where the running maximum of the clock passes ``at``.
    """
    later = times > at
    first = int(later.argmax()) if len(later) else 0
    return first if len(later) and later[first] else len(times)


def _newest(times: Ints, before: Micros | None) -> Micros | None:
    """Return the running maximum of a clock after ``times``, which follow ``before``."""
    newest = int(times.max(initial=NO_TIME if before is None else before))
    return None if newest == NO_TIME else Micros(newest)
