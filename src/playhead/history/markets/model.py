"""A market as its exchange describes it."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.base.time import Micros


class MarketStatus(StrEnum):
    """The exchange's own words for a market's state, and ours for one never described to us."""

    UNKNOWN = "unknown"
    INITIALIZED = "initialized"
    INACTIVE = "inactive"
    ACTIVE = "active"
    CLOSED = "closed"
    DETERMINED = "determined"
    DISPUTED = "disputed"
    AMENDED = "amended"
    FINALIZED = "finalized"


@dataclass(frozen=True, slots=True)
class Market:
    """One market and what we hold of it.

    Attributes:
        market_id: Ours, small, unique in one database.
        first_received_at: Start of the first proven interval that has a receive time.
        last_received_at: End of the newest proven interval (still growing while it is recorded).
        recording: Whether an interval is open now.
        events: Book changes on the tape.
    """

    market_id: int
    ticker: str
    event_ticker: str | None
    title: str | None
    status: MarketStatus
    open_at: Micros | None
    close_at: Micros | None
    first_received_at: Micros | None
    last_received_at: Micros | None
    recording: bool
    events: int
