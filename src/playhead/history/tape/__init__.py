"""Segments of events: encoded, kept, read; and the manifest that finds them."""

from playhead.history.tape.books import books_to_bytes
from playhead.history.tape.codec import (
    Segment,
    decode,
    digest,
    encode,
    levels_from_bytes,
    levels_to_bytes,
)
from playhead.history.tape.columns import (
    NO_EVENTS,
    NO_TIME,
    Columns,
    Ints,
    Levels,
    book_of,
    joined,
    levels_of,
    running_max,
    sum_levels,
)
from playhead.history.tape.errors import CorruptSegment
from playhead.history.tape.fingerprint import Comparison, Extent, Fingerprint, compare
from playhead.history.tape.partitions import EVENTS_A_BLOCK, Partitions
from playhead.history.tape.pieces import (
    BookPoint,
    Interval,
    opening_point,
    point_after_all,
    running_times,
)
from playhead.history.tape.reader import TapeReader, Trade, Trades
from playhead.history.tape.repository import SegmentStore, TapeContent, TapeHead
from playhead.history.tape.rows import interval_of
from playhead.history.tape.stitching import ClockFault, Piece, Stretch, stitched, stretches_of

__all__ = [
    "EVENTS_A_BLOCK",
    "NO_EVENTS",
    "NO_TIME",
    "BookPoint",
    "ClockFault",
    "Columns",
    "Comparison",
    "CorruptSegment",
    "Extent",
    "Fingerprint",
    "Interval",
    "Ints",
    "Levels",
    "Partitions",
    "Piece",
    "Segment",
    "SegmentStore",
    "Stretch",
    "TapeContent",
    "TapeHead",
    "TapeReader",
    "Trade",
    "Trades",
    "book_of",
    "books_to_bytes",
    "compare",
    "decode",
    "digest",
    "encode",
    "interval_of",
    "joined",
    "levels_from_bytes",
    "levels_of",
    "levels_to_bytes",
    "opening_point",
    "point_after_all",
    "running_max",
    "running_times",
    "stitched",
    "stretches_of",
    "sum_levels",
]
