"""Books over REST, to be held against those of the socket: in turn for all, a bounded number."""

import asyncio
from collections.abc import Callable, Collection
from random import Random

from playhead.base.errors import PlayheadError
from playhead.history.kalshi import MOST_BOOKS
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Rest
from playhead.history.recorder.rounds import Rounds
from playhead.history.recorder.tallies import Tally


class RestAudits:
    """Asks for books, so that question and answer are in the capture. Failing costs nothing."""

    def __init__(
        self,
        options: RecorderOptions,
        rest: Rest,
        held: Callable[[], Collection[str]],
        tally: Tally,
        *,
        random: Random,
    ) -> None:
        """``held`` tells which markets are recorded."""
        self._options = options
        self._rest = rest
        self._held = held
        self._tally = tally
        self._random = random
        self._rounds = Rounds()

    async def run(self) -> None:
        """Ask for ever; return at once where it is not wanted."""
        failures = 0
        while self._options.rest_audit_seconds > 0:
            wait = self._options.retry.seconds(failures, self._random) if failures else 0
            await asyncio.sleep(self._options.rest_audit_seconds + wait)
            failures = 0 if await self._ask() else failures + 1

    async def _ask(self) -> bool:
        tickers = self._rounds.take(self._held(), MOST_BOOKS)
        if not tickers:
            return True
        try:
            await self._rest.orderbooks(tickers)
        except PlayheadError as error:
            self._tally.trouble = error.message
            self._tally.rest_failures += 1
            return False
        self._tally.rest_audits += len(tickers)
        return True
