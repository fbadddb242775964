"""What automation asks of the recorded past."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
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
        received_at: Of the newest moment that was given: none is told as older.
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

    @classmethod
    def start(cls, at: Micros) -> "Place":
        """Return the place of a market that is followed from ``at`` on."""
        return cls(None, None, Micros(at - 1))


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that ended the knowledge of some markets.

    Attributes:
        gap_id: Unique on this tape.
        cause: Its name, as in coverage.
        received_to: The last good instant.
        detected_at: When it was noticed.
        markets: How many markets it hit.
    """

    gap_id: int
    cause: str
    received_to: Micros | None
    detected_at: Micros | None
    markets: int


class Feed(Protocol):
    """Follows some markets at the head of the tape."""

    async def follow(self, places: Mapping[str, Place], kinds: Collection[str]) -> None:
        """Follow more markets, each from where it stands.

        One that is followed already goes on, from the earlier of the two places.

        Args:
            places: By ticker; ``Place.start`` for one that begins at an instant.
            kinds: Whether ``trade`` and ``lifecycle`` are wanted, of every market from now on.

        Raises:
            MarketUnknown: One of the markets was never recorded.
        """
        ...

    def forget(self, tickers: Collection[str]) -> None:
        """Follow these markets no more."""
        ...

    async def next(self, *, most: int) -> Sequence[Moment]:
        """Return what has happened since the last call: about ``most`` moments, in order.

        Nothing comes back when nothing happened; call again later. What stands before the place of
        a market comes first, with a time of receipt before that of the place.
        """
        ...

    def places(self, tickers: Collection[str]) -> Mapping[str, Place]:
        """Return how far these markets have been given; nothing of one that is not followed."""
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
        """Return the candles of the last ``most`` stretches up to ``until`` (inclusive).

        The oldest comes first. A stretch without trades has none; the last one holds what was
        traded of it up to ``until``.

        Raises:
            MarketUnknown: The market was never recorded.
        """
        ...

    async def resolve(
        self, selector: Selector, *, most: int, only_live: bool = False
    ) -> list[MarketNow]:
        """Return the markets that are meant, by ticker, at most ``most``.

        ``only_live`` leaves out those that are determined or settled.
        """
        ...

    async def gaps(
        self, told: Mapping[str, int] | None, *, most: int
    ) -> tuple[list[Gap], dict[str, int]]:
        """Return what went wrong since ``told``, and what has been told now.

        ``told`` None: nothing is returned but where the tape stands.
        """
        ...

    def feed(self) -> Feed:
        """Return something that follows markets; it follows none yet."""
        ...

    def replay(
        self, tickers: Collection[str], *, since: Micros, until: Micros, kinds: Collection[str]
    ) -> AsyncGenerator[Moment, None]:
        """Give the moments of `[since, until)` in order of receipt.

        What stood just before ``since`` comes first: of each market its status and, where one was
        known, its last book, with times of receipt before ``since``.

        Raises:
            MarketUnknown: One of the markets was never recorded.
        """
        ...
