"""Faults of the exchange as a whole; each test has one of its own."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from playhead.base.time import Micros, parse_instant
from playhead.history.books import Book, parse_price, parse_size
from playhead.history.exchange import FaultKind, Injected, InvalidFault, running_exchange
from playhead.history.exchange.simulated import EventCreated, Happening, LifecycleChanged
from tests.history.exchange.server.faults.bench import Bench, connected
from tests.history.exchange.server.sockets import HEADERS, HandClock, options

pytestmark = pytest.mark.anyio

SHARDS = 4


class Visited:
    """An exchange, a client of its socket and one of its REST interface."""

    def __init__(self, test: Bench, http: httpx2.AsyncClient) -> None:
        self.test = test
        self._http = http
        self._url = test.client.running.rest_url

    async def ask(self, path: str, **query: Any) -> httpx2.Response:
        return await self._http.get(self._url + path, params=query)

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.ask(path, **query)
        assert answer.status_code == 200
        return answer.json()

    async def is_connected(self) -> bool:
        try:
            await self.test.texts()
        except ConnectionClosed:
            return False
        return True

    async def upgrade(self) -> int:
        """The status with which an upgrade is answered."""
        try:
            async with connect(self.test.client.running.ws_url, additional_headers=HEADERS):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code


@pytest.fixture
async def visited() -> AsyncIterator[Visited]:
    async with (
        running_exchange(options(rate=200.0), HandClock()) as running,
        connected(running) as test,
        httpx2.AsyncClient() as http,
    ):
        yield Visited(test, http)


def shards_of(test: Bench) -> set[int]:
    """The shards on which books changed when time last passed."""
    markets = test.exchange.simulation.venue.markets
    return {markets[one.ticker].listing.event.series.exchange_index for one in test.truth}


def book_in(levels: dict[str, list[tuple[str, str]]]) -> Book:
    yes, no = (
        {parse_price(price): parse_size(size) for price, size in levels[side]}
        for side in ("yes_dollars", "no_dollars")
    )
    return Book(yes=yes, no=no)


def until(test: Bench, seconds: int) -> Micros:
    return Micros(test.exchange.simulation.now + seconds * 1_000_000)


async def test_upgrades_are_refused_for_a_while_and_the_connected_stay(visited: Visited) -> None:
    test = visited.test
    expected = Injected(
        FaultKind.REFUSE_UPGRADES,
        test.exchange.simulation.now,
        connection=None,
        sid=None,
        tickers=(),
        loses=False,
        until=until(test, 2),
    )
    assert test.faults.refuse_upgrades(2) == expected
    assert await visited.upgrade() == 502
    assert await visited.is_connected()
    test.pass_time(2.0)
    assert await visited.upgrade() == 101


async def test_a_refusal_may_cut_off_the_connected(visited: Visited) -> None:
    record = visited.test.faults.refuse_upgrades(2, status=504, reset=True)

    assert await visited.upgrade() == 504
    assert not await visited.is_connected()
    assert (record.tickers, record.loses) == (tuple(visited.test.tickers), True)


async def test_a_paused_shard_stands_still_and_says_so(visited: Visited) -> None:
    test = visited.test
    record = test.faults.pause(30, exchange_index=2)
    assert (record.tickers, record.loses, record.until) == ((), False, until(test, 30))
    status = await visited.get("/exchange/status")
    trading = [one["trading_active"] for one in status["exchange_index_statuses"]]
    assert trading == [True, True, False, True]
    assert (status["exchange_active"], status["trading_active"]) == (True, True)
    test.pass_time(29.9)
    assert shards_of(test) == {0}
    test.pass_time(60)
    assert 2 in shards_of(test)
    status = await visited.get("/exchange/status")
    assert all(one["trading_active"] for one in status["exchange_index_statuses"])


async def test_in_a_pause_of_all_no_book_changes_and_nobody_is_cut_off(visited: Visited) -> None:
    test = visited.test
    test.faults.pause(90)
    test.pass_time(89.9)

    assert test.truth == []
    status = await visited.get("/exchange/status")
    assert (status["exchange_active"], status["trading_active"]) == (True, False)
    assert parse_instant(status["exchange_estimated_resume_time"]) > test.exchange.simulation.now
    assert await visited.is_connected()
    test.pass_time(10)
    assert shards_of(test) == {0, 2}
    status = await visited.get("/exchange/status")
    assert status["trading_active"]
    assert "exchange_estimated_resume_time" not in status


async def test_a_market_that_closes_in_a_pause_drains_before_it_is_determined(
    visited: Visited,
) -> None:
    test, heard = visited.test, list[Happening]()
    test.exchange.observers.append(heard.append)
    test.faults.pause(90, exchange_index=2)
    test.pass_time(120)

    determined = next(
        one
        for one in heard
        if isinstance(one, LifecycleChanged)
        and one.kind == "determined"
        and one.listing.event.series.exchange_index == 2
    )
    market = test.exchange.simulation.market(determined.listing.ticker)
    assert market is not None
    assert not market.book().yes
    assert determined.listing.determined_at is not None
    last = max(one.at for one in test.truth if one.ticker == market.ticker)
    assert until(test, -30) <= last <= determined.listing.determined_at


async def test_a_closed_exchange_cuts_everybody_off_and_answers_503(visited: Visited) -> None:
    test = visited.test
    began, end = test.exchange.simulation.now, until(test, 30)
    record = test.faults.pause(30, disconnects=True)
    assert (record.kind, record.tickers, record.loses) == ("pause", tuple(test.tickers), True)
    assert not await visited.is_connected()
    assert await visited.upgrade() == 503
    answer = await visited.ask("/exchange/status")
    assert answer.status_code == 503
    shards = answer.json().pop("exchange_index_statuses")
    assert {shard["exchange_active"] for shard in shards} == {False}
    assert (answer.json()["exchange_active"], answer.json()["trading_active"]) == (False, False)
    (window,) = (await visited.get("/exchange/schedule"))["schedule"]["maintenance_windows"]
    told = (window["start_datetime"], window["end_datetime"])
    assert tuple(map(parse_instant, told)) == (began, end)
    test.pass_time(30)
    assert await visited.upgrade() == 101
    assert (await visited.get("/exchange/status"))["exchange_active"]


async def test_status_and_schedule_have_what_a_strict_client_requires(visited: Visited) -> None:
    status = await visited.get("/exchange/status")
    schedule = (await visited.get("/exchange/schedule"))["schedule"]

    shards = status.pop("exchange_index_statuses")
    assert [shard["exchange_index"] for shard in shards] == list(range(SHARDS))
    assert shards[0] == status | {"description": "Default", "exchange_index": 0}
    assert schedule["standard_hours"][0]["monday"]
    assert schedule["maintenance_windows"] == []


async def test_new_markets_are_listed_late_and_only_those(visited: Visited) -> None:
    test, created = visited.test, list[LifecycleChanged]()

    def observe(happening: Happening) -> None:
        if isinstance(happening, LifecycleChanged) and happening.kind == "created":
            created.append(happening)

    test.exchange.observers.append(observe)
    test.faults.late_listing(15)
    old = len(test.exchange.simulation.venue.markets)
    while not created:
        test.pass_time(1.0)
    new = created[0].listing.ticker

    assert (await visited.ask(f"/markets/{new}")).status_code == 404
    listed = [one["ticker"] for one in (await visited.get("/markets", limit=1000))["markets"]]
    assert len(listed) == old
    assert new not in listed
    test.pass_time(15.0)
    assert (await visited.ask(f"/markets/{new}")).status_code == 200
    listed = [one["ticker"] for one in (await visited.get("/markets", limit=1000))["markets"]]
    assert new in listed


async def test_without_lateness_a_new_market_is_listed_at_once(visited: Visited) -> None:
    test, created = visited.test, list[Happening]()
    test.exchange.observers.append(created.append)
    test.faults.late_listing(15)
    test.faults.late_listing(0)
    while not any(isinstance(one, EventCreated) for one in created):
        test.pass_time(1.0)

    markets = test.exchange.simulation.venue.markets
    listed = (await visited.get("/markets", limit=1000))["markets"]
    assert [one["ticker"] for one in listed] == list(markets)


async def test_bounds_are_kept(visited: Visited) -> None:
    faults = visited.test.faults
    for seconds in (0, -1, 86_401):
        with pytest.raises(InvalidFault):
            faults.pause(seconds)
    with pytest.raises(InvalidFault):
        faults.pause(1, exchange_index=SHARDS)
    with pytest.raises(InvalidFault):
        faults.pause(1, exchange_index=2, disconnects=True)
    with pytest.raises(InvalidFault):
        faults.refuse_upgrades(1, status=404)

    assert faults.log == []


async def test_a_hundred_books_are_read_at_once_exactly_as_they_are_now() -> None:
    async with (
        running_exchange(options(rate=2_000.0, markets=100), HandClock()) as running,
        connected(running) as test,
        httpx2.AsyncClient() as http,
    ):
        visited, markets = Visited(test, http), test.exchange.simulation.venue.markets
        for _ in range(3):
            test.pass_time(0.5)
            tickers = list(markets)[:100]
            answer = await visited.get("/markets/orderbooks", tickers=tickers)
            told = {one["ticker"]: book_in(one["orderbook_fp"]) for one in answer["orderbooks"]}
            assert told == {ticker: markets[ticker].book() for ticker in tickers}
            assert test.truth
