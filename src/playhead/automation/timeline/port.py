"""What automation asks of the recorded past."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from playhead.automation.timeline.model import (
    BookNow,
    Candle,
    CandleInterval,
    MarketNow,
    Selector,
    TradeNow,
)
from playhead.automation.timeline.moments import Moment
from playhead.base.time import Micros


@dataclass(frozen=True, slots=True)
class Place:
    """How far a market has been followed.

    Attributes:
        from_position: Of the interval that was followed last; None: none yet.
        position: Of the last event of it that was given.
        received_at: Of the newest moment that was given: nothing is given that is older.
        exchange_at: Of the newest event that was given: another recorder's copies are no news.
        is_open: Whether the book was known.
        asides: Trades and changes of status received at ``received_at`` that were given already.
    """

    from_position: int | None
    position: int | None
    received_at: Micros
    exchange_at: Micros | None = None
    is_open: bool = False
    asides: tuple[str, ...] = ()


class Feed(Protocol):
    """Follows some markets at the head of the tape."""

    async def watch(self, places: Mapping[str, Place]) -> None:
        """Follow these markets from where they stand, in place of those that were followed."""
        ...

    async def next(self, *, most: int) -> Sequence[Moment]:
        """Return what has happened since the last call, ``most`` moments or a few more.

        Nothing comes back when nothing happened; call again later.
        """
        ...

    def place(self, ticker: str) -> Place:
        """Return how far a market that is followed has been given."""
        ...


class Timeline(Protocol):
    """Reads what was recorded."""

    async def book(self, ticker: str, at: Micros) -> BookNow:
        """Return the book as it stood at ``at``, or why it is not known.

        Raises:
            MarketUnknown: The market was never recorded.
        """
        ...

    async def trades(self, ticker: str, *, until: Micros, most: int) -> list[TradeNow]:
        """Return the newest ``most`` trades up to ``until`` (inclusive), oldest first.

        Raises:
            MarketUnknown: The market was never recorded.
        """
        ...

    async def candles(
        self, ticker: str, *, until: Micros, interval: CandleInterval, most: int
    ) -> list[Candle]:
        """Return the newest ``most`` candles of trades up to ``until`` (inclusive), oldest first.

        The last one holds what of its stretch was traded up to ``until``.

        Raises:
            MarketUnknown: The market was never recorded.
        """
        ...

    async def resolve(self, selector: Selector, *, most: int) -> list[MarketNow]:
        """Return the markets that are meant, by ticker, at most ``most``."""
        ...

    def feed(self) -> Feed:
        """Return something that follows markets; it follows none yet."""
        ...

    def replay(
        self, tickers: Collection[str], *, since: Micros, until: Micros
    ) -> AsyncIterator[Moment]:
        """Give the moments of `[since, until)` in order of receipt.

        Before anything else, each market whose book is known before ``since`` gives it once as
        ``BookOpened``, with a time of receipt before ``since``.

        Raises:
            MarketUnknown: One of the markets was never recorded.
        """
        ...
