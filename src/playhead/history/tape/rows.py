"""Rows of the tape's queries as values."""

from collections.abc import Sequence

import numpy as np

from playhead.base.time import Micros
from playhead.history.tape.codec import levels_from_bytes
from playhead.history.tape.columns import NO_EVENTS, Columns, Ints
from playhead.history.tape.pieces import (
    BookPoint,
    Interval,
    SegmentPiece,
    opening_point,
    point_in_segment,
)
from playhead.storage.postgres import Row


def interval_of(row: Row) -> Interval:
    """Return the interval of a row of the view ``proven``."""
    return Interval(
        market_id=row.market_id,
        from_position=row.from_position,
        to_position=row.to_position,
        received_from=row.received_from,
        received_to=row.received_to,
        exchange_from=row.exchange_from,
        exchange_to=row.exchange_to,
        upto=row.upto,
        capture_id=row.capture_id,
        capture=row.capture,
        recorder=row.recorder,
        connection=row.connection,
        sid=row.sid,
        opened_by=row.opened_by,
        opened_offset=row.opened_offset,
        closed_by=row.closed_by,
        detected_at=row.detected_at,
        detected_exchange_at=row.detected_exchange_at,
        verified_at=row.verified_at,
        keyframe=row.keyframe,
    )


def start_of(row: Row, interval: Interval, at: Micros, *, by_exchange: bool) -> BookPoint:
    """Return the newest whole book that the row's events go on from."""
    if row.framed_levels is not None:
        levels = levels_from_bytes(row.framed_levels)
        position = row.framed_position
        return BookPoint(position, position, row.framed_received, row.framed_exchange, levels)
    if row.data is not None:
        return point_of_segment(row, at, by_exchange=by_exchange)
    return opening_point(interval)


def point_of_segment(row: Row, at: Micros, *, by_exchange: bool) -> BookPoint:
    """Return the book at ``at`` from the row's segment."""
    piece = SegmentPiece(row.data, row.keyframe_position, row.received_first, row.exchange_first)
    return point_in_segment(piece, at, by_exchange=by_exchange)


def events_of(row: Row | None) -> Columns:
    """Return the row's arrays of events."""
    if row is None:
        return NO_EVENTS
    return Columns(
        ints(row.position),
        ints(row.received_at),
        ints(row.exchange_at),
        ints(row.level),
        ints(row.size),
    )


def ints(values: Sequence[int] | None) -> Ints:
    """Return an array; of nothing an empty one."""
    return np.array(values or (), dtype=np.int64)
