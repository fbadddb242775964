"""What one stretch of a capture adds to the tape. It is committed whole or not at all."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from playhead.base.time import Micros
from playhead.history.ingest.clocks import ClockFault
from playhead.history.ingest.facts import Facts
from playhead.history.ingest.grid import Ranges
from playhead.history.tape import NO_TIME, Ints


@dataclass(frozen=True, slots=True)
class Opened:
    """A proven interval that a snapshot opened."""

    market_id: int
    from_position: int
    connection: int
    sid: int
    opened_by: str
    offset: int
    levels: dict[int, int]
    received_from: Micros | None
    exchange_from: Micros | None


class Ending(NamedTuple):
    """Why nothing is known any more, and when that was noticed, by both clocks.

    ``exchange_to`` is how far the subscription was whole by the exchange's clock.
    """

    cause: str
    exchange_to: Micros | None
    detected_at: Micros | None
    detected_exchange_at: Micros | None
    incident_id: int | None


@dataclass(frozen=True, slots=True)
class Closed:
    """The end of a proven interval, inclusive, and why nothing is known after it."""

    market_id: int
    from_position: int
    to_position: int
    received_to: Micros | None
    exchange_to: Micros | None
    ending: Ending


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that ended the knowledge of some markets of a subscription."""

    incident_id: int
    connection: int
    sid: int
    cause: str
    received_to: Micros | None
    detected_at: Micros | None
    markets: int


class Audit(NamedTuple):
    """A rebuilt book held against what the exchange said. ``held`` is None where they agree."""

    audit_id: int
    market_id: int
    kind: str
    from_position: int
    position: int
    asked_at: Micros | None
    received_at: Micros | None
    exchange_at: Micros | None
    offset: int
    matches: bool
    said: dict[int, int]
    held: dict[int, int] | None


class TradeRow(NamedTuple):
    """A trade as it was told."""

    market_id: int
    trade_id: str
    exchange_at: Micros | None
    received_at: Micros | None
    yes_price: int
    size: int
    taker_side: int | None
    is_block: bool


class StatusRow(NamedTuple):
    """A change of a market's status, and when we were told."""

    market_id: int
    received_at: Micros
    status: str


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
    told: dict[str, dict[str, Micros]] = field(default_factory=dict)
    """When each of the facts was said, by ticker and name."""
    opened: list[Opened] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)
    keyframes: list[Keyframe] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    exchange_from: dict[tuple[int, int], Micros] = field(default_factory=dict)
    verified: dict[tuple[int, int], Verified] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)
    wounds: dict[int, int | None] = field(default_factory=dict)
    """Markets without a book and the incident that took it; None: they have one again."""
    healed: dict[int, tuple[int, Micros | None]] = field(default_factory=dict)
    """By incident: how many markets have a book again, and since when the last one has."""
    clock_faults: dict[tuple[int, Micros], ClockFault] = field(default_factory=dict)
    audits: list[Audit] = field(default_factory=list)
    trades: dict[tuple[int, str], TradeRow] = field(default_factory=dict)
    statuses: dict[StatusRow, None] = field(default_factory=dict)
    """In order; each once."""
    exchange_states: list[tuple[int, Micros, bool]] = field(default_factory=list)
    maintenance: set[tuple[Micros, Micros]] = field(default_factory=set)
    grids: dict[int, Ranges] = field(default_factory=dict)
    started_at: Micros | None = None
    """The time of the first record."""
    counters: Counter[str] = field(default_factory=Counter)
    frames: int = 0
    progress: "Progress | None" = None
    """Set when the batch is taken."""
