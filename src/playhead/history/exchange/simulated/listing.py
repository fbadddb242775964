"""What an exchange lists: series, events, markets. Values only; a change makes a new one."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.base.time import Micros
from playhead.history.exchange.simulated.grid import Grid, grid_of


class Status(StrEnum):
    """The state of a market, in the words of its REST record."""

    INITIALIZED = "initialized"
    ACTIVE = "active"
    INACTIVE = "inactive"
    CLOSED = "closed"
    DETERMINED = "determined"
    FINALIZED = "finalized"


@dataclass(frozen=True, slots=True)
class SeriesListing:
    """A family of events that repeat."""

    ticker: str
    title: str
    category: str
    frequency: str
    tags: tuple[str, ...]
    exchange_index: int
    structure: str


@dataclass(frozen=True, slots=True)
class EventListing:
    """A question with a date; its markets are the answers."""

    ticker: str
    series: SeriesListing
    title: str
    sub_title: str
    strike_at: Micros
    mutually_exclusive: bool
    created_at: Micros


@dataclass(frozen=True, slots=True)
class Strike:
    """What decides a market: a kind and decimal texts (the wire wants bare JSON numbers)."""

    kind: str
    floor: str | None = None
    cap: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A market as it is listed now. ``number`` counts listings up from 1 in order of creation."""

    number: int
    ticker: str
    market_id: str
    event: EventListing
    title: str
    yes_sub_title: str
    no_sub_title: str
    strike: Strike
    structure: str
    created_at: Micros
    updated_at: Micros
    open_at: Micros
    close_at: Micros
    settlement_timer_seconds: int
    is_fractional: bool
    status: Status = Status.INITIALIZED
    result: str = ""
    determined_at: Micros | None = None
    settled_at: Micros | None = None

    @property
    def grid(self) -> Grid:
        """The prices at which orders may rest."""
        return grid_of(self.structure)
