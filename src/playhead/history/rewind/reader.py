"""The book at an instant, or what is not known about it; the changes of an interval."""

from collections.abc import AsyncIterator

from playhead.base.time import Micros
from playhead.history.markets import Markets
from playhead.history.rewind.errors import InstantInFuture
from playhead.history.rewind.model import BookAnswer, Clock, Run
from playhead.history.rewind.past import Past
from playhead.storage.postgres import Database, Transaction


class Rewind:
    """Answers questions about the past of one market from the tape.

    Where several recorders know an instant, one of them is told: that of the lowest capture.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._market_ids: dict[str, int] = {}

    async def book(
        self, ticker: str, *, at: Micros | None, clock: Clock, now: Micros
    ) -> BookAnswer:
        """Return the book as it stood at ``at`` (inclusive), or the newest proven one.

        Raises:
            MarketNotFound: The market was never recorded.
            InstantInFuture: ``at`` is later than ``now``.
        """
        if at is not None and at > now:
            raise InstantInFuture(at=at, now=now)
        async with self._database.reading() as connection:
            market_id = await self._market_id(connection, ticker)
            return await Past(connection, market_id, clock, now=now).book(ticker, at)

    async def runs(
        self, ticker: str, *, since: Micros, until: Micros, clock: Clock, now: Micros
    ) -> AsyncIterator[Run]:
        """Give the stretches of [since, until), proven and unknown, in order, without a hole.

        A proven run is told from one recorder; a long one comes in pieces of one segment each,
        which fit together. An unknown run has one cause.

        Raises:
            MarketNotFound: The market was never recorded.
            InstantInFuture: ``since`` is later than ``now``.
            ChangesMoved: What was being read is no longer there.
        """
        if since > now:
            raise InstantInFuture(at=since, now=now)
        async with self._database.reading() as connection:
            market_id = await self._market_id(connection, ticker)
            async for run in Past(connection, market_id, clock, now=now).runs(since, until):
                yield run

    async def _market_id(self, connection: Transaction, ticker: str) -> int:
        found = self._market_ids.get(ticker)
        if found is None:
            found = await Markets.number(connection, ticker)
            self._market_ids[ticker] = found
        return found
