"""A bell between whoever enqueues jobs and the workers, in other processes."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from playhead.storage.channels import call, calls
from playhead.storage.valkey import Valkey, ValkeyUnavailable

CHANNEL = "playhead.jobs"
RECONNECT_SECONDS = 1.0


class JobBell(Protocol):
    """Tells workers to look for jobs at once instead of within 200 ms."""

    async def ring(self) -> None:
        """Ring, once what was enqueued (or asked to be cancelled) is committed. Never raises."""


class SilentBell:
    """No bell: workers look by themselves."""

    async def ring(self) -> None:
        """Do nothing."""


class ValkeyBell:
    """Rings in all workers of a Valkey. Without it nobody hears, and nothing is lost.

    Whoever wants to ring while it rings waits for the next time, which is for all of them.
    """

    def __init__(self, valkey: Valkey, channel: str = CHANNEL) -> None:
        self._valkey = valkey
        self._channel = channel
        self._ringing = asyncio.Lock()
        self._wanted = 0
        self._rung = 0

    async def ring(self) -> None:
        """See `JobBell.ring`."""
        self._wanted += 1
        mine = self._wanted
        async with self._ringing:
            if self._rung >= mine:
                return
            wanted = self._wanted
            await call(self._valkey, self._channel)
            self._rung = wanted


async def listen(url: str, heard: Callable[[], None], channel: str = CHANNEL) -> None:
    """Call ``heard`` whenever somebody rings, until cancelled."""
    while True:
        try:
            async for _ in calls(url, channel):
                heard()
        except ValkeyUnavailable:
            await asyncio.sleep(RECONNECT_SECONDS)
