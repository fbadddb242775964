"""Whether the exchange is open: asked regularly, and whenever a connection has ended."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from playhead.base.errors import LimitReached, PlayheadError
from playhead.history.recorder.options import RecorderOptions
from playhead.history.recorder.ports import Rest
from playhead.history.recorder.tallies import Tally

_HASTE = 10


class ExchangeWatch:
    """Has the exchange's state and its schedule told, so that the answers are in the capture."""

    def __init__(
        self, options: RecorderOptions, rest: Rest, tally: Tally, *, random: Random
    ) -> None:
        self._options = options
        self._rest = rest
        self._tally = tally
        self._random = random
        self._early = asyncio.Event()
        self._refusals = 0

    def hurry(self) -> None:
        """Ask now: something happened that the exchange's state may explain."""
        self._early.set()

    async def run(self) -> None:
        """Ask for ever, also while the exchange is down; only its wish to be left alone counts."""
        clock = asyncio.get_running_loop()
        schedule_due = clock.time()
        while True:
            self._early.clear()
            await self._ask(self._rest.exchange_status)
            if clock.time() >= schedule_due and await self._ask(self._rest.exchange_schedule):
                schedule_due = clock.time() + self._options.schedule_seconds
            await self._wait()

    async def _ask(self, ask: Callable[[], Awaitable[object]]) -> bool:
        try:
            await ask()
        except LimitReached as error:
            self._tally.trouble = error.message
            self._refusals += 1
            return False
        except PlayheadError as error:
            self._tally.trouble = error.message
            return False
        self._refusals = 0
        return True

    async def _wait(self) -> None:
        """Wait for the next turn; who is in a hurry does not wait, but many are served at once."""
        if self._refusals:
            await asyncio.sleep(self._options.retry.seconds(self._refusals, self._random))
        seconds = self._options.status_seconds
        await asyncio.sleep(seconds / _HASTE)
        try:
            async with asyncio.timeout(seconds - seconds / _HASTE):
                await self._early.wait()
        except TimeoutError:
            return
