"""A bell between whoever puts a mail and the loop that sends, in one process."""

import asyncio


class Bell:
    """Wakes one waiter; rung while nobody waits, it wakes the next who does."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the waiter."""
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Return True once the bell rings, or False after ``seconds``."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return False
        self._rung.clear()
        return True
