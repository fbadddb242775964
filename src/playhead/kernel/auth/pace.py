"""Answers at a steady beat, so that their time does not tell what was found."""

import asyncio
import time
from collections.abc import Awaitable, Callable

BEAT_SECONDS = 0.5


class Pace:
    """Holds an answer back until the next beat since its request began.

    What differs by a few milliseconds (whether somebody was there to be written to) then differs
    not at all. To wait for the beat holds nothing but the request itself.
    """

    def __init__(
        self,
        beat_seconds: float = BEAT_SECONDS,
        *,
        elapsed: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``beat_seconds`` of 0 holds nothing back."""
        self._beat_seconds = beat_seconds
        self._elapsed = elapsed
        self._sleep = sleep

    def begin(self) -> float:
        """Return the instant from which beats are counted."""
        return self._elapsed()

    async def wait(self, began: float) -> None:
        """Return at the next beat since ``began``."""
        if self._beat_seconds:
            late = (self._elapsed() - began) % self._beat_seconds
            await self._sleep(self._beat_seconds - late)
