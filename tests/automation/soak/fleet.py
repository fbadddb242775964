"""The servers and processes of one Playhead, started again whenever they are killed."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol, Self

from playhead.entrypoints.settings import Settings, child_environment
from tests.automation.soak.nursery import API, WORKER

ROOT = Path(__file__).parents[3]
SHORTEST_REST, LONGEST_REST = 0.05, 0.4


class Server(Protocol):
    """An embedded server."""

    name: str

    def start(self, output: int) -> "subprocess.Popen[bytes]": ...

    def is_ready(self) -> bool: ...


@dataclass(slots=True)
class Kept:
    """A process that is to be there.

    Attributes:
        lives: How often it was born.
    """

    kind: str
    pid: int | None = None
    lives: int = 0
    born: asyncio.Event = field(default_factory=asyncio.Event)


class Fleet:
    """Playhead's processes under a harness that starts again what dies, as a supervisor does."""

    def __init__(self, nursery: asyncio.subprocess.Process, random: Random) -> None:
        self._nursery = nursery
        self._random = random
        self._kept: dict[str, Kept] = {}
        self._rests: set[asyncio.Task[None]] = set()
        self.unasked: list[str] = []
        self._killed: set[int] = set()
        self.is_over = False

    @classmethod
    @asynccontextmanager
    async def afloat(
        cls,
        settings: Settings,
        random: Random,
        *,
        workers: int = 2,
        lease: float = 2.0,
        pause: float = 0.02,
        key_lease: float = 1.0,
    ) -> AsyncIterator[Self]:
        """Keep an API and workers running until the end.

        Args:
            lease: Seconds until the jobs of a dead worker go to others.
            pause: Seconds that the local model takes for each token.
            key_lease: Seconds until a request whose process died may be begun again.
        """
        nursery = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.automation.soak.nursery", str(lease), str(pause), str(key_lease)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=child_environment(settings),
        )
        fleet = cls(nursery, random)
        listening = asyncio.create_task(fleet._listen())
        try:
            for kind in [API, *[WORKER] * workers]:
                fleet._ask(str(len(fleet._kept)), kind)
            yield fleet
        finally:
            await fleet._end(listening)

    @property
    def workers(self) -> list[str]:
        """The names of the workers."""
        return [name for name, kept in self._kept.items() if kept.kind == WORKER]

    @property
    def api(self) -> str:
        """The name of the API."""
        return next(name for name, kept in self._kept.items() if kept.kind == API)

    def lives(self, kind: str) -> int:
        """Return how often processes of a kind were born."""
        return sum(kept.lives for kept in self._kept.values() if kept.kind == kind)

    async def kill(self, *names: str) -> None:
        """kill -9, once they live; they are started again by and by."""
        for name in names:
            await self._kept[name].born.wait()
        for name in names:
            kept = self._kept[name]
            if kept.pid is not None:
                self._killed.add(kept.pid)
                kept.born.clear()
                os.kill(kept.pid, signal.SIGKILL)

    async def freeze(self, name: str, seconds: float) -> None:
        """Stop a process for a while; then it goes on as if nothing had been."""
        kept = self._kept[name]
        await kept.born.wait()
        pid = kept.pid
        assert pid is not None
        with suppress(ProcessLookupError):  # somebody may kill it meanwhile
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(seconds)
            os.kill(pid, signal.SIGCONT)

    def _ask(self, name: str, kind: str) -> None:
        self._kept.setdefault(name, Kept(kind))
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(f"{name} {kind}\n".encode())

    async def _listen(self) -> None:
        assert self._nursery.stdout is not None
        async for line in self._nursery.stdout:
            what, name, number = line.decode().split()
            kept = self._kept[name]
            if what == "born":
                kept.pid = int(number)
                kept.lives += 1
                kept.born.set()
            else:
                self._died(name, kept, number)

    def _died(self, name: str, kept: Kept, status: str) -> None:
        if kept.pid not in self._killed:
            self.unasked.append(f"{kept.kind} ended by itself: {status}")
        kept.pid = None
        kept.born.clear()
        if not self.is_over:
            rest = asyncio.create_task(self._rest(name, kept.kind))
            self._rests.add(rest)
            rest.add_done_callback(self._rests.discard)

    async def _rest(self, name: str, kind: str) -> None:
        await asyncio.sleep(self._random.uniform(SHORTEST_REST, LONGEST_REST))
        self._ask(name, kind)

    async def _end(self, listening: asyncio.Task[None]) -> None:
        self.is_over = True
        for rest in list(self._rests):
            rest.cancel()
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        await self._nursery.wait()
        await listening


class Mortal:
    """An embedded server that can be killed, and is there again soon."""

    def __init__(self, server: Server, log: Path) -> None:
        self._server = server
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Start it, and return once it is ready."""
        with self._log.open("ab") as output:
            # In this thread: the server is told of the end of the thread that started it.
            self._process = self._server.start(output.fileno())
        async with asyncio.timeout(60):
            while not self._server.is_ready():
                assert self._process.poll() is None, self._log.read_text()[-2000:]
                await asyncio.sleep(0.02)

    async def kill(self, rest: float) -> None:
        """kill -9; after ``rest`` seconds it is started again."""
        async with self._one_at_a_time:
            self._kill()
            await asyncio.sleep(rest)
            await self.start()

    def end(self, stop: Callable[["subprocess.Popen[bytes]"], None]) -> None:
        """End it for good."""
        if self._process is not None:
            stop(self._process)

    def _kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
