"""A book at an instant from what the tape holds: a whole book and events after it. Pure."""

from dataclasses import dataclass

import numpy as np

from playhead.base.time import Micros
from playhead.history.tape.codec import decode, levels_from_bytes
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
    """

    market_id: int
    from_position: int
    to_position: int | None
    received_from: Micros | None
    received_to: Micros | None
    exchange_from: Micros | None
    exchange_to: Micros | None
    upto: int
    closed_by: str | None
    verified_at: Micros | None
    recorder: str
    keyframe: bytes

    def bounds(self, *, by_exchange: bool) -> tuple[Micros | None, Micros | None]:
        """Return the first and the last proven instant by one clock."""
        if by_exchange:
            return self.exchange_from, self.exchange_to
        return self.received_from, self.received_to


@dataclass(frozen=True, slots=True)
class BookPoint:
    """A book after the event at ``position``; times are the running maxima of their clocks."""

    position: int
    received_at: Micros | None
    exchange_at: Micros | None
    levels: Levels


@dataclass(frozen=True, slots=True)
class SegmentPiece:
    """A sealed segment and the clocks at its first event."""

    data: bytes
    received_first: Micros | None
    exchange_first: Micros | None


def opening_point(interval: Interval) -> BookPoint:
    """Return the book that opened an interval."""
    return BookPoint(
        interval.from_position,
        interval.received_from,
        interval.exchange_from,
        levels_from_bytes(interval.keyframe),
    )


def point_in_segment(piece: SegmentPiece, at: Micros, *, by_exchange: bool) -> BookPoint:
    """Return the book after the last event of a segment that is no later than ``at``.

    The segment's first event is no later than ``at``.
    """
    segment = decode(piece.data)
    columns = segment.columns
    received = running_max(columns.received_at, piece.received_first)
    exchange = running_max(columns.exchange_at, piece.exchange_first)
    count = int(np.searchsorted(exchange if by_exchange else received, at, side="right"))
    levels = sum_levels(segment.keyframe, columns.level[:count], columns.change[:count])
    return BookPoint(
        int(columns.position[count - 1]),
        _time(received, count - 1, piece.received_first),
        _time(exchange, count - 1, piece.exchange_first),
        levels,
    )


def point_after(start: BookPoint, rows: Columns, at: Micros, *, by_exchange: bool) -> BookPoint:
    """Return the book after ``start`` and every one of ``rows`` that is no later than ``at``."""
    times = running_times(rows, start, by_exchange=by_exchange)
    return point_after_all(start, rows.cut(0, int(np.searchsorted(times, at, side="right"))))


def point_after_all(start: BookPoint, rows: Columns) -> BookPoint:
    """Return the book after ``start`` and all of ``rows``."""
    if not len(rows):
        return start
    received = running_max(rows.received_at, start.received_at)
    exchange = running_max(rows.exchange_at, start.exchange_at)
    return BookPoint(
        int(rows.position[-1]),
        _time(received, -1, start.received_at),
        _time(exchange, -1, start.exchange_at),
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


def _time(clock: Ints, index: int, base: Micros | None) -> Micros | None:
    value = int(clock[index])
    return base if value == NO_TIME else Micros(value)
