"""What one stretch of a capture adds to the tape. It is committed whole or not at all."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from playhead.base.time import Micros
from playhead.history.ingest.facts import Facts
from playhead.history.tape import NO_TIME, Ints


@dataclass(frozen=True, slots=True)
class Opened:
    """A proven interval that a snapshot opened."""

    market_id: int
    from_position: int
    connection: int
    sid: int
    opened_by: str
    levels: dict[int, int]
    received_from: Micros | None
    exchange_from: Micros | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of a proven interval, inclusive, and why nothing is known after it."""

    market_id: int
    from_position: int
    to_position: int
    received_to: Micros | None
    exchange_to: Micros | None
    cause: str


class Verified(NamedTuple):
    """Where a snapshot agreed with a book: after which event, and when (running maxima)."""

    position: int
    received_at: Micros | None
    exchange_at: Micros | None


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A market's whole book after ``position``, just before the event at ``before_position``."""

    market_id: int
    before_position: int
    position: int
    received_at: Micros | None
    exchange_at: Micros | None
    levels: dict[int, int]


@dataclass(frozen=True, slots=True)
class Planned:
    """A complete run of events of one market within one interval: the content of one segment."""

    market_id: int
    first_position: int
    last_position: int
    from_position: int
    events: int
    received_first: Micros | None
    received_last: Micros | None
    exchange_first: Micros | None
    exchange_last: Micros | None


class EventColumns(NamedTuple):
    """Applied changes, an array of int64 a column, in the order in which rows are written."""

    position: Ints
    market_id: Ints
    received_at: Ints
    exchange_at: Ints
    level: Ints
    size: Ints


class EventRows:
    """Applied changes in order of position: one flat array, as quick to fill as to hand on.

    A level is a level code: the price in micro-dollars times two, plus the side.
    """

    __slots__ = ("_flat",)

    def __init__(self) -> None:
        self._flat = array("q")

    def append(
        self,
        position: int,
        market_id: int,
        received_at: int | None,
        exchange_at: int | None,
        level: int,
        size: int,
    ) -> None:
        """Add one change; None: that clock was silent."""
        self._flat.extend(
            (
                position,
                market_id,
                NO_TIME if received_at is None else received_at,
                NO_TIME if exchange_at is None else exchange_at,
                level,
                size,
            )
        )

    def __len__(self) -> int:
        return len(self._flat) // len(EventColumns._fields)

    def columns(self) -> EventColumns:
        """Return the rows column by column; a silent clock is NO_TIME."""
        table = np.array(self._flat, dtype=np.int64).reshape(-1, len(EventColumns._fields))
        return EventColumns(*table.T)


@dataclass(frozen=True, slots=True)
class StreamMark:
    """How far a subscription is known to be whole."""

    connection: int
    sid: int
    received_to: Micros | None
    exchange_to: Micros | None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the ingest stood when the batch was taken: what a restart goes on from."""

    last_position: int
    finished: bool
    state: dict[str, Any]
    streams: tuple[StreamMark, ...]


@dataclass(slots=True)
class Batch:
    """Everything between two commits."""

    events: EventRows = field(default_factory=EventRows)
    new_markets: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    opened: list[Opened] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)
    keyframes: list[Keyframe] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    exchange_from: dict[tuple[int, int], Micros] = field(default_factory=dict)
    verified: dict[tuple[int, int], Verified] = field(default_factory=dict)
    counters: Counter[str] = field(default_factory=Counter)
    frames: int = 0
    progress: "Progress | None" = None
    """Set when the batch is taken."""
