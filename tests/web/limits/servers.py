"""A Valkey of a test's own, which it may stop, freeze and start again, and a clock to turn."""

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.entrypoints.embedded import processes
from playhead.entrypoints.embedded.valkey import EmbeddedValkey
from playhead.storage.valkey import Valkey
from playhead.web.limits import Bucket, Rate

Result = TypeVar("Result")


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.micros = 10_000 * MICROS_PER_SECOND

    def __call__(self) -> Micros:
        return Micros(self.micros)

    def turn(self, seconds: float) -> None:
        self.micros += round(seconds * MICROS_PER_SECOND)


class OwnValkey:
    """A server with a life of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._server = EmbeddedValkey(folder)
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> None:
        self._running = self._server.start(subprocess.DEVNULL)
        processes.wait_until(self._server.is_ready, 30)

    def stop(self) -> None:
        if self._running is not None:
            self._server.stop(self._running)
        self._running = None


@contextmanager
def own_valkey(folder: Path) -> Iterator[OwnValkey]:
    server = OwnValkey(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def over(url: str, act: Callable[[Valkey], Awaitable[Result]], *, patience: float = 5) -> Result:
    """Run ``act`` with a client of the server at ``url``; a busy machine is waited for."""

    async def run() -> Result:
        async with Valkey.open(url, timeout_seconds=patience) as valkey:
            return await act(valkey)

    return asyncio.run(run())


def slow(burst: int, *, name: str = "key", key: str = "k") -> Bucket:
    """A bucket that does not refill while a test runs: one in 1,000 s."""
    return Bucket(name, key, Rate(1, 1000, burst))


class Counting:
    """Passes scripts on and counts them."""

    def __init__(self, valkey: Valkey) -> None:
        self._valkey = valkey
        self.asked = 0

    async def run(self, script: str, keys: Sequence[bytes], arguments: Sequence[int]) -> list[int]:
        self.asked += 1
        return await self._valkey.run(script, keys, arguments)
