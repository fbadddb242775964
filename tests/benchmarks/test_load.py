"""The client of the load: what it asks, when, and what it tells."""

import asyncio
from contextlib import suppress
from itertools import pairwise
from statistics import mean

import pytest

from benchmarks.kernel.client import Unexpected, arrivals, ask
from benchmarks.kernel.load import Load

ANSWER = b"HTTP/1.1 %d OK\r\ncontent-length: 2\r\n\r\nok"
REQUEST = "GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n"


def asked(status: int = 200, *, rate: float | None = None, seconds: float = 0.1) -> list[int]:
    """Ask a server that answers with ``status``, in two pieces; return the latencies."""
    heard: set[bytes] = set()
    answering: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                heard.add(head.split()[1])
                writer.write((ANSWER % status)[:20])
                await asyncio.sleep(0.001)
                writer.write((ANSWER % status)[20:])
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def run() -> list[int]:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        load = Load(port, [REQUEST % n for n in range(3)], 4, seconds, rate=rate)
        try:
            return (await ask(load)).nanos[200]
        finally:
            server.close()
            await asyncio.gather(*filter(None, answering))

    found = asyncio.run(run())
    assert heard == {b"/0", b"/1", b"/2"}
    return found


@pytest.mark.parametrize("rate", [None, 400.0])
def test_every_answer_is_noted_with_its_time(rate: float | None) -> None:
    found = asked(rate=rate)
    assert len(found) >= 10
    assert all(each >= 1_000_000 for each in found)


def test_a_status_that_nobody_expected_ends_the_load() -> None:
    with pytest.raises(Unexpected, match="503"):
        asked(503)


def test_arrivals_come_at_their_rate_and_the_same_seed_gives_the_same() -> None:
    load = Load(0, [], 1, 10.0, rate=1_000.0, seed=3)
    found = list(arrivals(load, 0))
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert len(found) == 10_000
    assert mean(gaps) == pytest.approx(1_000_000, rel=0.05)
    assert found == list(arrivals(load, 0))
