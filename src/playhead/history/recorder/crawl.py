"""Finding markets: all open ones at the start and now and then, the newest ones often."""

import asyncio
from random import Random

from playhead.base.errors import PlayheadError
from playhead.base.time import MICROS_PER_SECOND, Micros, to_micros
from playhead.history.kalshi import Unreadable, parse_market
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Clock, Rest
from playhead.history.recorder.tallies import Tally
from playhead.history.recorder.universe import Universe

LISTED = ("open", "unopened", "paused")
_OVERLAP_SECONDS = 120
_MOST_NAMED = 100


class Crawler:
    """Keeps a universe up to what REST lists.

    Attributes:
        is_complete: Whether all open markets have been seen once.
    """

    def __init__(
        self,
        options: RecorderOptions,
        rest: Rest,
        universe: Universe,
        tally: Tally,
        *,
        now: Clock,
        random: Random,
    ) -> None:
        self._options = options
        self._exchange = rest
        self._universe = universe
        self._tally = tally
        self._now = now
        self._random = random
        self._early = asyncio.Event()
        self._seen_until = 0
        self.is_complete = False

    def hurry(self) -> None:
        """Look at the newest markets now: something may have been missed."""
        self._early.set()

    async def run(self) -> None:
        """Look at all markets, then at the newest, for ever; wait while the exchange is down."""
        clock = asyncio.get_running_loop()
        next_full = clock.time()
        failures = 0
        while True:
            try:
                if clock.time() >= next_full:
                    await self._look_at_all()
                    next_full = clock.time() + self._options.all_markets_seconds
                else:
                    await self._look_at_newest()
            except PlayheadError as error:
                self._tally.trouble = error.message
                failures += 1
                await asyncio.sleep(self._options.retry.seconds(failures, self._random))
            else:
                failures = 0
                await self._rest()

    async def _rest(self) -> None:
        self._early.clear()
        try:
            async with asyncio.timeout(self._options.new_markets_seconds):
                await self._early.wait()
        except TimeoutError:
            return

    async def _look_at_all(self) -> None:
        before = self._universe.wanted
        began = self._seconds()
        seen: set[str] = set()
        for status in LISTED:
            seen |= await self._look(status=status, mve_filter="exclude")
        self._seen_until = began
        self.is_complete = True
        await self._ask_after(sorted(before - seen))

    async def _look_at_newest(self) -> None:
        began = self._seconds()
        since = self._seen_until - _OVERLAP_SECONDS
        await self._look(min_created_ts=since, mve_filter="exclude")
        self._seen_until = began

    async def _ask_after(self, tickers: list[str]) -> None:
        """Markets that we record and no list holds: ended, or deleted, or only overlooked."""
        for start in range(0, len(tickers), _MOST_NAMED):
            named = tickers[start : start + _MOST_NAMED]
            found = await self._look(tickers=",".join(named))
            self._universe.gone(set(named) - found, self._micros())

    async def _look(self, **filters: str | int) -> set[str]:
        found = set()
        async for page in self._exchange.market_pages(**filters):
            for body in page:
                found.add(str(body.get("ticker")))
                self._learn(body)
            await asyncio.sleep(0)
        return found

    def _learn(self, body: dict[str, object]) -> None:
        try:
            self._universe.learn(parse_market(body), self._micros())
        except Unreadable as error:
            self._tally.trouble = error.message

    def _micros(self) -> Micros:
        return to_micros(self._now())

    def _seconds(self) -> int:
        return self._micros() // MICROS_PER_SECOND
