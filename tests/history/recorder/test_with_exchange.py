"""The recorder in front of the simulated exchange: what is captured gives the exchange's books."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from random import Random

import msgspec
import pytest

from playhead.base.time import Micros, Nanos
from playhead.history.books import Book
from playhead.history.capture import Kind
from playhead.history.exchange import ExchangeOptions, RunningExchange, running_exchange
from playhead.history.exchange.server.subscription import Channel
from playhead.history.kalshi import BookSnapshot, Hosts, Signer, connect, parse
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

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.01)

    async def subscribed(self) -> None:
        """Wait until all markets are."""
        await self.until(self._is_whole)

    async def settled(self, seconds: float = 0.5) -> None:
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
        status = self.recorder.status()
        return int(str(status["frames"])) - int(str(status["audits"]))

    def _is_whole(self) -> bool:
        status = self.recorder.status()
        has_all = status["markets_subscribed"] == status["markets_wanted"] != 0
        return has_all and status["heals"] == status["healed"] and status["discovery"] == "complete"


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


AHEAD = [0]
"""By how many nanoseconds our clock is ahead."""


def now() -> Nanos:
    return Nanos(time.time_ns() + AHEAD[0])


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
        await work.subscribed()
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
        await work.subscribed()
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


async def test_a_connection_that_is_late_for_good_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    capture = Notebook()
    async with recording(capture, late_seconds=2.0, lag_seconds=0.3) as work:
        await work.subscribed()
        assert "lag" not in capture.causes()
        monkeypatch.setattr(
            sys.modules[__name__], "AHEAD", [10**10]
        )  # as if our clock had been set forward
        await work.until(lambda: capture.causes().count("lag") >= 3)
        await work.subscribed()
        await asyncio.sleep(0.6)

        assert capture.causes().count("lag") == 3


def numbers(work: Recording) -> list[int]:
    """The exchange's connections that carry books."""
    return [n for n, c in work.exchange.connections.items() if c.session.held(Channel.BOOK)]


def books_of(work: Recording, number: int) -> int:
    """The subscription to books of a connection."""
    held = work.exchange.connections[number].session.held(Channel.BOOK)
    assert held is not None
    return held.sid


async def test_frames_that_come_out_of_order_or_torn_are_healed() -> None:
    capture = Notebook()
    async with recording(capture, markets_per_connection=100) as work:
        await work.subscribed()
        (number,) = numbers(work)
        faults, sid = work.exchange.faults, books_of(work, number)
        for harm in (faults.swap, faults.cut, faults.duplicate, faults.sequence_restart):
            harm(number, sid)
            await asyncio.sleep(0.2)
        await work.settled(0.3)
        status = work.recorder.status()

        found = known_books(capture)
        assert found == work.true_books(set(found))
    assert len(found) >= 50
    assert (status["duplicates"], status["unparsable"]) == (1, 1)
    assert status["sequence_backs"] == 2
    assert capture.causes() == ["shutdown"]


async def test_answers_that_are_lost_cost_no_connection_and_no_market() -> None:
    capture = Notebook()
    async with recording(capture, markets_per_connection=100, batch=8, audit_seconds=0.1) as work:
        await work.until(lambda: len(numbers(work)) == 1)
        (number,) = numbers(work)
        work.exchange.faults.drop(number, books_of(work, number), k=3)
        await work.settled(0.5)
        status = work.recorder.status
        await work.until(lambda: len(known_books(capture)) == status()["markets_wanted"])

        found = known_books(capture)
        assert found == work.true_books(set(found))
    assert len(found) >= 50
    assert capture.causes() == ["shutdown"]


async def test_a_frozen_subscription_is_told_from_a_dead_connection() -> None:
    capture = Notebook()
    hasty = {"audit_seconds": 0.1, "command_seconds": 0.8, "dead_seconds": 0.6}
    async with recording(capture, ping_seconds=0.05, **hasty) as work:
        await work.subscribed()
        frozen, dead, *_ = numbers(work)
        work.exchange.faults.freeze(frozen, books_of(work, frozen))
        work.exchange.faults.black_hole(dead)
        await work.until(lambda: len(capture.causes()) == 2)
        await work.settled(0.1)

        found = known_books(capture)
        assert found == work.true_books(set(found))
    assert len(found) >= 50
    assert sorted(capture.causes()[:2]) == ["dead_connection", "stall"]


async def test_books_that_do_not_change_are_vouched_for_on_every_subscription() -> None:
    capture = Notebook()
    async with recording(capture, audit_seconds=0.05, audits_per_second=100) as work:
        await work.subscribed()
        work.clock.stop()
        start = len(capture.records)

        def audited() -> set[tuple[int, str]]:
            frames = [(n, parse(p)) for k, n, p in capture.records[start:] if k is Kind.FRAME]
            return {(n, m.market_ticker) for n, m in frames if isinstance(m, BookSnapshot) and m.id}

        wanted = int(str(work.recorder.status()["markets_wanted"]))
        await work.until(lambda: len(audited()) >= wanted)

    assert len({number for number, _ in audited()}) == 3
    assert work.recorder.status()["heals"] == 0


async def test_what_goes_over_rest_is_in_the_capture_with_the_moment_of_asking() -> None:
    capture = Notebook()
    async with recording(capture, rest_audit_seconds=0.05, status_seconds=0.05) as work:
        await work.until(lambda: int(str(work.recorder.status()["rest_audits"])) >= 100)

    kept = [
        (kind, msgspec.json.decode(payload))
        for kind, connection, payload in capture.records
        if connection == 0 and kind in (Kind.SENT, Kind.REST)
    ]
    questions = [said for kind, said in kept if kind is Kind.SENT]
    answers = [said for kind, said in kept if kind is Kind.REST]
    books = [answer for answer in answers if answer["path"].endswith("/markets/orderbooks")]
    assert [(q["get"], q["query"]) for q in questions[: len(books)]] == [
        (answer["path"], answer["query"]) for answer in books
    ]
    paths = [answer["path"].rpartition("/v2")[2] for answer in answers]
    assert paths.count("/exchange/status") == paths.count("/exchange/schedule") == 1
