"""Books, trades, candles and markets as automation sees them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from playhead.automation.timeline.errors import IntervalInvalid
from playhead.base.time import Micros

DOLLAR = 1_000_000
"""Micro-dollars; the YES and the NO of a market cost this much together."""

Level = tuple[int, int]
"""A price in micro-dollars and a size in 0.01 contract."""


@dataclass(frozen=True, slots=True)
class BookNow:
    """A market's book at an instant, or the statement that it is not known.

    Attributes:
        known: Whether the book is proven; if not, ``cause`` says why and there are no levels.
        position: Of the last event that the book includes; with its two times.
        yes, no: Resting bids, best (highest) first, each side in its own price.
        digest: Of the whole book: the same whoever is asked; None when unknown.
    """

    ticker: str
    known: bool
    cause: str | None
    position: int | None
    received_at: Micros | None
    exchange_at: Micros | None
    yes: tuple[Level, ...] = ()
    no: tuple[Level, ...] = ()
    digest: str | None = None

    @property
    def best_yes_bid(self) -> int | None:
        """The highest price that is bid for YES; None where nobody bids, or when unknown."""
        return self.yes[0][0] if self.yes else None

    @property
    def best_no_bid(self) -> int | None:
        """The highest price that is bid for NO."""
        return self.no[0][0] if self.no else None

    @property
    def best_yes_ask(self) -> int | None:
        """The lowest price at which YES is offered: a dollar less the best bid for NO."""
        return DOLLAR - self.no[0][0] if self.no else None

    @property
    def best_no_ask(self) -> int | None:
        """The lowest price at which NO is offered: a dollar less the best bid for YES."""
        return DOLLAR - self.yes[0][0] if self.yes else None

    @property
    def spread(self) -> int | None:
        """The best ask less the best bid, of YES (and so of NO)."""
        if not (self.yes and self.no):
            return None
        return DOLLAR - self.no[0][0] - self.yes[0][0]

    @property
    def mid_halves(self) -> int | None:
        """The middle of best bid and ask of YES in half micro-dollars, so that it is exact."""
        if not (self.yes and self.no):
            return None
        return DOLLAR - self.no[0][0] + self.yes[0][0]


@dataclass(frozen=True, slots=True)
class TradeNow:
    """A trade as the exchange told it; ``taker_side`` is what the taker bought, where told."""

    trade_id: str
    ticker: str
    received_at: Micros | None
    exchange_at: Micros | None
    yes_price: int
    size: int
    taker_side: Literal["yes", "no"] | None
    is_block: bool


@dataclass(frozen=True, slots=True)
class Candle:
    """The trades of `[since, until)` in YES prices; a stretch without trades has no candle.

    Attributes:
        volume: In 0.01 contract.
        count: How many trades.
    """

    since: Micros
    until: Micros
    open: int
    high: int
    low: int
    close: int
    volume: int
    count: int


class CandleInterval(StrEnum):
    """How long a candle is. Candles begin at multiples of it since 1970 in UTC."""

    MINUTE = "1m"
    FIVE_MINUTES = "5m"
    QUARTER = "15m"
    HOUR = "1h"
    FOUR_HOURS = "4h"
    DAY = "1d"

    @property
    def micros(self) -> Micros:
        """Its length."""
        return Micros(_MINUTES[self] * 60 * 1_000_000)

    @classmethod
    def of(cls, text: str) -> "CandleInterval":
        """Return the interval of that name.

        Raises:
            IntervalInvalid: There is none.
        """
        try:
            return cls(text)
        except ValueError:
            raise IntervalInvalid(text, ", ".join(cls)) from None


_MINUTES = {
    CandleInterval.MINUTE: 1,
    CandleInterval.FIVE_MINUTES: 5,
    CandleInterval.QUARTER: 15,
    CandleInterval.HOUR: 60,
    CandleInterval.FOUR_HOURS: 240,
    CandleInterval.DAY: 1440,
}


@dataclass(frozen=True, slots=True)
class MarketNow:
    """A market as the tape knows it now; ``status`` is the exchange's own word."""

    ticker: str
    event_ticker: str | None
    status: str


@dataclass(frozen=True, slots=True)
class Selector:
    """Which markets are meant: by ticker, of an event, or of a series. Any of them is enough.

    A series is the first part of its tickers: ``KXNBA`` has ``KXNBA-26-LAL`` but not ``KXNBAX-1``.
    """

    tickers: tuple[str, ...] = ()
    event_ticker: str | None = None
    series: str | None = None
