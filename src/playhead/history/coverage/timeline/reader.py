"""Reads what is known of one market from the tape."""

from playhead.base.time import Micros
from playhead.history.coverage.clock import Clock
from playhead.history.coverage.context import Stories
from playhead.history.coverage.timeline.model import Timeline, timeline_of
from playhead.history.markets import Markets
from playhead.history.tape import TapeReader, stitched
from playhead.storage.postgres import Database


class Timelines:
    """Tells what is known of single markets, over all captures of each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_market(
        self, ticker: str, *, since: Micros, until: Micros, clock: Clock, now: Micros
    ) -> Timeline:
        """Return what is known of `[since, until)` on a clock.

        Raises:
            MarketNotFound: No market of the ticker was ever recorded here.
        """
        by_exchange = clock is Clock.EXCHANGE
        async with self._database.reading() as connection:
            market_id = await Markets.number(connection, ticker)
            # What explains is read last: an interval may end in between, and then has its cause.
            stretches = await TapeReader(connection).stretches(
                market_id, since, until, by_exchange=by_exchange
            )
            story = await Stories(connection).of_market(
                market_id, since, until, by_exchange=by_exchange, now=now
            )
        return timeline_of(stitched(stretches, since, until), story, since, until)
