"""The port of automation to the recorded past, over the tape in PostgreSQL."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping

from playhead.automation.timeline import (
    BookNow,
    Candle,
    CandleInterval,
    Feed,
    Gap,
    Level,
    MarketNow,
    MarketUnknown,
    Moment,
    Selector,
    TradeNow,
)
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.entrypoints.timeline.feed import TapeFeed
from playhead.entrypoints.timeline.replay import replay
from playhead.entrypoints.timeline.repository import TapeRows
from playhead.history.books import Price, Size
from playhead.history.coverage.causes import NOT_YET_RECORDED
from playhead.history.markets import MarketNotFound
from playhead.history.rewind import BookAnswer, Clock, Rewind
from playhead.history.tape import EVENTS_A_BLOCK
from playhead.storage.postgres import Database, Transaction

SOON_SECONDS = 1.5
"""A recorder asks of every subscription once a second: then what it has told before is proven."""

LOOK_SECONDS = 0.1
NEW = 10 * MICROS_PER_SECOND
"""What is older and not proven is not proven by waiting."""


class TapeTimeline:
    """Reads what was recorded; implements ``automation.timeline.Timeline``."""

    def __init__(
        self,
        database: Database,
        now: Callable[[], Micros],
        *,
        events_a_block: int = EVENTS_A_BLOCK,
    ) -> None:
        self._database = database
        self._rewind = Rewind(database)
        self._now = now
        self._block = events_a_block

    async def book(self, ticker: str, at: Micros) -> BookNow:
        """Return the book as it stood at ``at``, or why it is not known.

        What has just happened is proven a moment later, by the next message or audit of its
        subscription: that is waited for, `SOON_SECONDS` at most.
        """
        deadline = time.monotonic() + SOON_SECONDS
        while True:
            found = await self._book(ticker, at)
            is_new = at > self._now() - NEW and found.coverage.cause == NOT_YET_RECORDED
            if not is_new or time.monotonic() >= deadline:
                return _book(found)
            await asyncio.sleep(LOOK_SECONDS)

    async def _book(self, ticker: str, at: Micros) -> BookAnswer:
        now = max(at, self._now())
        try:
            return await self._rewind.book(ticker, at=at, clock=Clock.RECEIVED, now=now)
        except MarketNotFound as error:
            raise MarketUnknown(ticker) from error

    async def trades(self, ticker: str, *, until: Micros, most: int) -> list[TradeNow]:
        """Return the newest ``most`` trades up to ``until``, oldest first."""
        async with self._database.reading() as connection:
            market_id = await _number(connection, ticker)
            return await TapeRows(connection).trades(market_id, ticker, until, most)

    async def candles(
        self, ticker: str, *, until: Micros, interval: CandleInterval, most: int
    ) -> list[Candle]:
        """Return the candles of the last ``most`` stretches up to ``until``."""
        async with self._database.reading() as connection:
            market_id = await _number(connection, ticker)
            return await TapeRows(connection).candles(market_id, until, interval, most)

    async def resolve(
        self, selector: Selector, *, most: int, only_live: bool = False
    ) -> list[MarketNow]:
        """Return the markets that are meant, by ticker, at most ``most``."""
        async with self._database.reading() as connection:
            return await TapeRows(connection).resolve(selector, only_live=only_live, most=most)

    async def gaps(
        self, told: Mapping[str, int] | None, *, most: int
    ) -> tuple[list[Gap], dict[str, int]]:
        """Return what went wrong since ``told``, and what has been told now."""
        async with self._database.reading() as connection:
            rows = TapeRows(connection)
            if told is None:
                return [], await rows.last_gaps()
            found = await rows.gaps(told, most)
        gaps = [
            Gap(row.incident_id, row.cause, row.received_to, row.detected_at, row.markets)
            for row in found
        ]
        return gaps, {**told, **{str(row.capture_id): row.incident_id for row in found}}

    def feed(self) -> Feed:
        """Return something that follows markets; it follows none yet."""
        return TapeFeed(self._database, events_a_block=self._block)

    def replay(
        self, tickers: Collection[str], *, since: Micros, until: Micros, kinds: Collection[str]
    ) -> AsyncGenerator[Moment, None]:
        """Give the moments of `[since, until)` in order of receipt."""
        return replay(self._database, tickers, since=since, until=until, kinds=kinds)


async def _number(connection: Transaction, ticker: str) -> int:
    found = (await TapeRows(connection).named([ticker])).get(ticker)
    if found is None:
        raise MarketUnknown(ticker)
    return found


def _book(answer: BookAnswer) -> BookNow:
    found = answer.found
    if found is None:
        return BookNow(answer.ticker, False, answer.coverage.cause, None, None, None)
    yes, no = (_levels(side) for side in (found.book.yes, found.book.no))
    return BookNow(
        ticker=answer.ticker,
        known=True,
        cause=None,
        position=found.position,
        received_at=found.received_at,
        exchange_at=found.exchange_at,
        yes=yes,
        no=no,
        digest=answer.digest,
    )


def _levels(bids: Mapping[Price, Size]) -> tuple[Level, ...]:
    return tuple(sorted(((int(p), int(s)) for p, s in bids.items()), reverse=True))
