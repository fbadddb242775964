"""What a loop sleeps on that must not sleep too long."""

import asyncio


class Wake:
    """Wakes the one who waits; called while nobody waits, it wakes the next who does."""

    def __init__(self) -> None:
        self._called = asyncio.Event()

    def call(self) -> None:
        """Wake the waiter."""
        self._called.set()

    async def wait(self, seconds: float) -> None:
        """Return once it is called, or after ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self._called.wait()
        except TimeoutError:
            return
        self._called.clear()
