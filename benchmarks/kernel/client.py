"""``python -m benchmarks.kernel.client``: asks over HTTP, and costs the machine little.

It reads a `Load` from standard input and writes its `Outcome` to standard output. A process of its
own, so that what it costs is not counted as the server's; it knows of HTTP what our server says.
"""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from random import Random
from typing import cast

import msgspec
import uvloop

from benchmarks.kernel.load import Load, Outcome

LOOPBACK = "127.0.0.1"
NANOS = 1_000_000_000
PATIENCE_SECONDS = 60.0
_END_OF_HEAD, _LENGTH = b"\r\n\r\n", b"content-length: "


class Unexpected(Exception):
    """An answer has a status that nobody expected."""


class Connection(asyncio.Protocol):
    """One connection that is kept alive, with one question at a time."""

    def __init__(self, answered: Callable[["Connection", int, bytes], None]) -> None:
        self._answered = answered
        self._got = b""
        self._transport: asyncio.Transport | None = None
        self.began = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def ask(self, request: bytes, began: int) -> None:
        """Send a request that was due at ``began``."""
        assert self._transport is not None
        self.began = began
        self._transport.write(request)

    def close(self) -> None:
        """End the connection."""
        assert self._transport is not None
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head = self._got.find(_END_OF_HEAD)
        if head < 0:
            return
        length = self._got.find(_LENGTH, 0, head) + len(_LENGTH)
        body = int(self._got[length : self._got.index(b"\r\n", length)])
        if len(self._got) >= head + len(_END_OF_HEAD) + body:
            got, self._got = self._got, b""
            self._answered(self, int(got[9:12]), got)


class Closed:
    """Every connection asks as soon as it has its answer."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._requests = cycle([each.encode() for each in load.requests])
        self._until = 0
        self._asking = 0
        self.done = asyncio.get_running_loop().create_future()
        self.nanos: dict[int, list[int]] = {status: [] for status in load.expected}

    def begin(self, connections: Sequence[Connection], began: int) -> None:
        """Ask on all of them."""
        self._until = began + int(self._load.seconds * NANOS)
        self._asking = len(connections)
        for each in connections:
            each.ask(next(self._requests), time.perf_counter_ns())

    def answered(self, connection: Connection, status: int, got: bytes) -> None:
        """Note one answer, and ask again."""
        now = time.perf_counter_ns()
        _note(self, connection, status, got, now)
        if now < self._until:
            connection.ask(next(self._requests), now)
            return
        self._asking -= 1
        if not self._asking and not self.done.done():
            self.done.set_result(None)


class Open:
    """Requests arrive at random, and each one's time counts from when it was due.

    So what waits for a free connection, or for this process, waits in the figures too.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._requests = cycle([each.encode() for each in load.requests])
        self._free: list[Connection] = []
        self._waiting: deque[int] = deque()
        self._left = 0
        self._arrivals: Iterator[int] = iter(())
        self.done = asyncio.get_running_loop().create_future()
        self.nanos: dict[int, list[int]] = {status: [] for status in load.expected}

    def begin(self, connections: Sequence[Connection], began: int) -> None:
        """Let requests arrive from now on."""
        self._free = list(connections)
        due = list(arrivals(self._load, began))
        self._left, self._arrivals = len(due), iter(due)
        self._wait_for(next(self._arrivals))

    def answered(self, connection: Connection, status: int, got: bytes) -> None:
        """Note one answer, and give the connection to who waits longest."""
        _note(self, connection, status, got, time.perf_counter_ns())
        self._left -= 1
        if not self._left and not self.done.done():
            self.done.set_result(None)
        elif self._waiting:
            connection.ask(next(self._requests), self._waiting.popleft())
        else:
            self._free.append(connection)

    def _wait_for(self, due: int) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(max(due - time.perf_counter_ns(), 0) / NANOS, self._arrive, due)

    def _arrive(self, due: int) -> None:
        # The timer is a millisecond coarse: whatever else is due by now comes along.
        now, following = time.perf_counter_ns(), due
        for each in self._arrivals:
            self._take(following)
            following = each
            if each > now:
                self._wait_for(each)
                return
        self._take(following)

    def _take(self, due: int) -> None:
        if self._free:
            self._free.pop().ask(next(self._requests), due)
        else:
            self._waiting.append(due)


def arrivals(load: Load, began: int) -> Iterator[int]:
    """Return when requests arrive: at random, so many a second on average."""
    assert load.rate is not None
    dice, due = Random(load.seed), float(began)
    for _ in range(max(int(load.rate * load.seconds), 1)):
        due += dice.expovariate(load.rate) * NANOS
        yield int(due)


def _note(way: Closed | Open, asked: Connection, status: int, got: bytes, now: int) -> None:
    if status in way.nanos:
        way.nanos[status].append(now - asked.began)
    elif not way.done.done():
        way.done.set_exception(Unexpected(got.decode()))


async def ask(load: Load) -> Outcome:
    """Ask as ``load`` says and return what came of it.

    Raises:
        Unexpected: An answer is not as expected.
        TimeoutError: The last answers do not come.
    """
    loop = asyncio.get_running_loop()
    way = Closed(load) if load.rate is None else Open(load)
    connections = [
        (await loop.create_connection(lambda: Connection(way.answered), LOOPBACK, load.port))[1]
        for _ in range(load.connections)
    ]
    began = time.perf_counter_ns()
    way.begin(connections, began)
    try:
        async with asyncio.timeout(load.seconds + PATIENCE_SECONDS):
            await way.done
    finally:
        for each in connections:
            each.close()
    return Outcome((time.perf_counter_ns() - began) / NANOS, way.nanos)


def main() -> None:
    """Ask as standard input says."""
    load = msgspec.json.decode(sys.stdin.buffer.read(), type=Load)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(ask(load))
    sys.stdout.buffer.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
