"""What one stretch of a capture adds to the tape. It is committed whole or not at all."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from playhead.base.time import Micros
from playhead.history.ingest.facts import Facts


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


@dataclass(slots=True)
class EventColumns:
    """Applied changes, one list a column, in order of position. None: that clock was silent.

    ``level`` holds level codes: the price in micro-dollars times two, plus the side.
    """

    position: list[int] = field(default_factory=list)
    market_id: list[int] = field(default_factory=list)
    received_at: list[int | None] = field(default_factory=list)
    exchange_at: list[int | None] = field(default_factory=list)
    level: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)

    def append(
        self,
        position: int,
        market_id: int,
        received_at: int | None,
        exchange_at: int | None,
        level: int,
        size: int,
    ) -> None:
        """Add one change."""
        self.position.append(position)
        self.market_id.append(market_id)
        self.received_at.append(received_at)
        self.exchange_at.append(exchange_at)
        self.level.append(level)
        self.size.append(size)


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

    events: EventColumns = field(default_factory=EventColumns)
    new_markets: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    opened: list[Opened] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)
    keyframes: list[Keyframe] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    exchange_from: dict[tuple[int, int], Micros] = field(default_factory=dict)
    verified: dict[tuple[int, int], Micros | None] = field(default_factory=dict)
    counters: Counter[str] = field(default_factory=Counter)
    frames: int = 0
    progress: "Progress | None" = None
    """Set when the batch is taken."""
