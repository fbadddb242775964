"""The recorder in front of the simulated exchange: what is captured gives the exchange's books."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from random import Random

import pytest

from playhead.base.time import Micros, Nanos
from playhead.history.books import Book
from playhead.history.exchange import ExchangeOptions, RunningExchange, running_exchange
from playhead.history.kalshi import Hosts, Signer, connect
from playhead.history.recorder import Recorder, rest_client
from tests.history.recorder.builders import Notebook, options
from tests.history.recorder.replay import known_books

pytestmark = pytest.mark.anyio


class StoppableClock:
    """Exchange time: the present, until it is stopped."""

    def __init__(self) -> None:
        self._stopped: Micros | None = None

    def __call__(self) -> Micros:
        return self._stopped or Micros(time.time_ns() // 1000)

    def stop(self) -> None:
        self._stopped = self()


class Recording:
    """A recorder at work, and the exchange that it records."""

    def __init__(self, running: RunningExchange, clock: StoppableClock, recorder: Recorder) -> None:
        self.exchange = running.exchange
        self.clock = clock
        self.recorder = recorder

    async def settled(self, seconds: float = 1.0) -> None:
        """Let it run for a while, then wait until nothing moves and every gap is healed."""
        await asyncio.sleep(seconds)
        self.clock.stop()
        frames: object = None
        async with asyncio.timeout(20):
            while frames != self._frames() or not self._is_whole():
                frames = self._frames()
                await asyncio.sleep(0.3)

    def true_books(self, tickers: set[str]) -> dict[str, Book]:
        markets = self.exchange.simulation.venue.markets
        return {ticker: markets[ticker].book() for ticker in tickers}

    def _frames(self) -> object:
        return self.recorder.status()["frames"]

    def _is_whole(self) -> bool:
        status = self.recorder.status()
        has_all = status["markets_subscribed"] == status["markets_wanted"]
        return has_all and status["discovery"] == "complete"


@asynccontextmanager
async def recording(capture: Notebook, **changes: object) -> AsyncIterator[Recording]:
    clock = StoppableClock()
    exchange_options = ExchangeOptions(markets=60, rate=600, omit_empty_sides=True)
    async with running_exchange(exchange_options, clock) as running:
        hosts = Hosts(running.rest_url, running.ws_url)
        chosen = options(hosts, **{"batch": 20, "markets_per_connection": 25, **changes})
        signer = Signer.made_up("key-1")
        door = partial(connect, hosts.websocket_url, now=now, signer=signer)
        async with rest_client(chosen, capture=capture, now=now, random=Random(1)) as rest:
            recorder = Recorder(
                chosen, capture=capture, rest=rest, connect=door, now=now, random=Random(1)
            )
            task = asyncio.create_task(recorder.run())
            try:
                yield Recording(running, clock, recorder)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)


def now() -> Nanos:
    return Nanos(time.time_ns())


async def test_the_capture_gives_the_books_of_the_exchange() -> None:
    capture = Notebook()
    async with recording(capture) as work:
        await work.settled()
        status = work.recorder.status()

        found = known_books(capture)
        assert found == work.true_books(set(found))
    assert len(found) >= 50
    assert (status["gaps"], status["unparsable"], status["connections"]) == (0, 0, 3)


async def test_lost_frames_are_healed() -> None:
    capture = Notebook()
    async with recording(capture, markets_per_connection=100) as work:
        await asyncio.sleep(0.5)
        for _ in range(3):
            work.exchange.faults.drop(1, 3)
            await asyncio.sleep(0.2)
        await work.settled(0.5)
        status = work.recorder.status()

        found = known_books(capture)
        assert found == work.true_books(set(found))
    assert len(found) >= 50
    assert status["gaps"] == status["healed"] == 3


@pytest.mark.parametrize("fault", ["error_10", "error_25"])
async def test_a_subscription_that_ended_is_recorded_again(fault: str) -> None:
    capture = Notebook()
    async with recording(capture, markets_per_connection=100) as work:
        await asyncio.sleep(0.5)
        getattr(work.exchange.faults, fault)(1, 3)
        await asyncio.sleep(0.6)
        await work.settled()

        found = known_books(capture)
        assert found == work.true_books(set(found))
    assert len(found) >= 50
    assert capture.causes() == ["shutdown"]


async def test_broken_connections_are_replaced() -> None:
    capture = Notebook()
    async with recording(capture) as work:
        for _ in range(3):
            await asyncio.sleep(0.3)
            for connection in tuple(work.exchange.connections):
                work.exchange.faults.reset(connection)
        await work.settled()

        found = known_books(capture)
        assert found == work.true_books(set(found))
    assert len(found) >= 50
    assert capture.causes().count("shutdown") == 3
    assert "disconnect" in capture.causes()
