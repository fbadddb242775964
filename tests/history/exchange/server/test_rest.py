"""The REST interface."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from playhead.base.time import Micros
from playhead.history.exchange import Exchange, ExchangeOptions
from playhead.history.exchange.server.app import build_app
from playhead.history.exchange.server.handshake import Gate
from playhead.history.exchange.simulated import Status
from tests.history.exchange.builders import START, after

BASE = "/trade-api/v2"
REQUIRED = {
    "ticker", "event_ticker", "market_type", "yes_sub_title", "no_sub_title", "created_time",
    "updated_time", "open_time", "close_time", "latest_expiration_time",
    "settlement_timer_seconds", "status", "result", "can_close_early", "settlement_bounds_type",
    "yes_bid_dollars", "yes_ask_dollars", "no_bid_dollars", "no_ask_dollars", "yes_bid_size_fp",
    "yes_ask_size_fp", "last_price_dollars", "previous_yes_bid_dollars",
    "previous_yes_ask_dollars", "previous_price_dollars", "volume_fp", "volume_24h_fp",
    "open_interest_fp", "notional_value_dollars", "expiration_value", "rules_primary",
    "rules_secondary", "price_level_structure", "price_ranges", "liquidity_dollars",
}  # fmt: skip


class Site:
    """An exchange some time into its day, asked in process."""

    def __init__(self) -> None:
        options = ExchangeOptions(markets=230, rate=200.0, seed=5)
        self.exchange = Exchange(options, START, lambda: START)
        self.exchange.step(after(150))
        self._app = build_app(self.exchange, Gate({}, is_open=True), lambda: 0)

    def ask(self, path: str, **query: object) -> httpx2.Response:
        async def ask() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self._app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://x") as client:
                return await client.get(BASE + path, params=query)  # type: ignore[arg-type]

        return asyncio.run(ask())

    def get(self, path: str, **query: object) -> Any:
        answer = self.ask(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pages(self, path: str, key: str, **query: object) -> Iterator[list[dict[str, Any]]]:
        cursor = ""
        while True:
            page = self.get(path, cursor=cursor, **query)
            yield page[key]
            cursor = page["cursor"]
            if not cursor:
                return

    def listed(self, **query: object) -> list[dict[str, Any]]:
        pages = self.pages("/markets", "markets", limit=1000, **query)
        return [market for page in pages for market in page]

    def tickers(self, **query: object) -> list[str]:
        return [market["ticker"] for market in self.listed(**query)]

    def refused(self, path: str, **query: object) -> Any:
        answer = self.ask(path, **query)
        assert answer.status_code == 400
        return answer.json()


@pytest.fixture(scope="module")
def site() -> Site:
    return Site()


def test_markets_page_to_the_empty_cursor_each_once(site: Site) -> None:
    pages = list(site.pages("/markets", "markets"))

    tickers = [market["ticker"] for page in pages for market in page]
    assert {len(page) for page in pages[:-1]} == {100}
    assert tickers == list(site.exchange.simulation.venue.markets)


def test_a_last_page_that_is_full_has_no_cursor(site: Site) -> None:
    count = len(site.exchange.simulation.venue.markets)

    assert site.get("/markets", limit=count)["cursor"] == ""


def test_a_market_has_every_required_key_in_sorted_order(site: Site) -> None:
    for market in site.listed():
        assert set(market) >= REQUIRED
        assert list(market) == sorted(market)


def test_quotes_of_a_market_are_the_top_of_its_book(site: Site) -> None:
    for market in site.listed(status="open"):
        book = site.get(f"/markets/{market['ticker']}/orderbook")["orderbook_fp"]
        yes, no = book["yes_dollars"], book["no_dollars"]
        bid = yes[-1] if yes else ["0.0000", "0.00"]
        assert [market["yes_bid_dollars"], market["yes_bid_size_fp"]] == bid
        assert market["no_bid_dollars"] == (no[-1][0] if no else "0.0000")
        assert market["yes_ask_size_fp"] == (no[-1][1] if no else "0.00")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("unopened", {Status.INITIALIZED}),
        ("open", {Status.ACTIVE}),
        ("paused", {Status.INACTIVE}),
        ("closed", {Status.CLOSED, Status.DETERMINED}),
        ("settled", {Status.FINALIZED}),
    ],
)
def test_status_words_of_a_query_stand_for_those_of_the_records(
    site: Site, asked: str, meant: set[Status]
) -> None:
    markets = site.exchange.simulation.venue.markets.values()
    expected = [one.ticker for one in markets if one.listing.status in meant]

    assert site.tickers(status=asked) == expected


def test_markets_are_found_by_event_series_and_ticker(site: Site) -> None:
    venue = site.exchange.simulation.venue
    one = next(iter(venue.markets.values())).listing
    series = [
        ticker
        for ticker, market in venue.markets.items()
        if market.listing.event.series == one.event.series
    ]

    assert site.tickers(tickers=f"{one.ticker},KXNONE") == [one.ticker]
    assert site.tickers(event_ticker=one.event.ticker) == [
        market.ticker for market in venue.members[one.event.ticker]
    ]
    assert site.tickers(series_ticker=one.event.series.ticker) == series


def test_there_are_no_combos(site: Site) -> None:
    assert site.tickers(mve_filter="only") == []
    assert len(site.tickers(mve_filter="exclude")) == len(site.tickers())


def test_times_of_a_query_are_unix_seconds_inclusive(site: Site) -> None:
    markets = site.exchange.simulation.venue.markets.values()
    times = sorted(one.listing.created_at // 1_000_000 for one in markets)
    since = times[-1]

    created = site.tickers(min_created_ts=since)

    assert len(created) == times.count(since)
    assert site.tickers(max_created_ts=since - 1, min_created_ts=since) == []


def test_settled_times_find_settled_markets_only(site: Site) -> None:
    found = site.listed(min_settled_ts=0)

    assert found
    assert {market["status"] for market in found} == {"finalized"}
    assert all(market["settlement_value_dollars"] in ("0.0000", "1.0000") for market in found)


@pytest.mark.parametrize(
    "query",
    [
        {"min_created_ts": 1, "max_close_ts": 2},
        {"min_created_ts": 1, "status": "settled"},
        {"min_close_ts": 1, "status": "open"},
        {"min_settled_ts": 1, "status": "closed"},
        {"min_updated_ts": 1},
        {"min_updated_ts": 1, "mve_filter": "exclude", "status": "open"},
    ],
)
def test_filters_that_exclude_each_other_are_refused(site: Site, query: dict[str, Any]) -> None:
    body = site.refused("/markets", **query)

    assert (body["code"], body["message"]) == ("invalid_parameters", "invalid parameters")
    assert body["details"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/markets", {"limit": 1001}),
        ("/markets", {"limit": 0}),
        ("/markets", {"limit": "ten"}),
        ("/markets", {"status": "active"}),
        ("/markets", {"mve_filter": "some"}),
        ("/markets", {"min_close_ts": "now"}),
        ("/events", {"limit": 201}),
        ("/events", {"status": "active"}),
        ("/markets/trades", {"limit": 1001}),
        ("/markets/orderbooks", {}),
        ("/markets/orderbooks", {"tickers": ["A"] * 101}),
    ],
)
def test_a_parameter_out_of_bounds_gets_the_bare_message(
    site: Site, path: str, query: dict[str, Any]
) -> None:
    body = site.refused(path, **query)

    assert list(body) == ["msg"]
    assert body["msg"].startswith("Parameter validation failed")


@pytest.mark.parametrize(
    "path",
    ["/markets/KXNONE", "/markets/KXNONE/orderbook", "/events/KXNONE", "/series/KXNONE", "/dance"],
)
def test_what_does_not_exist_is_not_found(site: Site, path: str) -> None:
    answer = site.ask(path)

    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": "not_found", "message": "not found"}}


def test_a_cursor_that_says_nothing_starts_from_the_beginning(site: Site) -> None:
    assert site.get("/markets", cursor="%%%") == site.get("/markets")


def test_updated_times_find_markets_changed_since(site: Site) -> None:
    changed = site.listed(min_updated_ts=START // 1_000_000 + 1, mve_filter="exclude")

    assert changed
    assert all(market["updated_time"] > "2026-11-21T12:00:01" for market in changed)


def test_depth_gives_the_best_levels_last(site: Site) -> None:
    markets = site.exchange.simulation.venue.markets.values()
    ticker = max(markets, key=lambda market: len(market.book().yes)).ticker

    whole = site.get(f"/markets/{ticker}/orderbook")["orderbook_fp"]
    short = site.get(f"/markets/{ticker}/orderbook", depth=3)["orderbook_fp"]

    assert whole["yes_dollars"] == sorted(whole["yes_dollars"])
    assert short["yes_dollars"] == whole["yes_dollars"][-3:]
    assert site.get(f"/markets/{ticker}/orderbook", depth=0)["orderbook_fp"] == whole


def test_books_are_read_in_batches_named_one_by_one(site: Site) -> None:
    first, second = list(site.exchange.simulation.venue.markets)[:2]

    books = site.get("/markets/orderbooks", tickers=[second, first, "KXNONE"])["orderbooks"]

    assert [book["ticker"] for book in books] == [second, first]
    alone = site.get(f"/markets/{first}/orderbook")
    assert books[1]["orderbook_fp"] == alone["orderbook_fp"]


def test_trades_page_backwards_without_doubling(site: Site) -> None:
    pages = site.pages("/markets/trades", "trades", limit=50)

    ids = [trade["trade_id"] for page in pages for trade in page]

    kept = [trade.trade_id for trade in site.exchange.simulation.venue.trades]
    assert len(ids) > 500
    assert ids == kept[::-1]


def test_trades_are_found_by_market_and_time(site: Site) -> None:
    trades = site.exchange.simulation.venue.trades
    ticker, second = trades[-1].ticker, trades[-1].at // 1_000_000

    found = site.get("/markets/trades", ticker=ticker, min_ts=second, max_ts=second)["trades"]

    assert [trade["trade_id"] for trade in found] == [
        one.trade_id
        for one in reversed(trades)
        if one.ticker == ticker and one.at // 1_000_000 == second
    ]
    assert site.get("/markets/trades", is_block_trade="true")["trades"] == []


def test_a_trade_says_who_took(site: Site) -> None:
    for trade in site.get("/markets/trades", limit=200)["trades"]:
        assert list(trade) == sorted(trade)
        assert trade["taker_side"] == trade["taker_outcome_side"]
        assert trade["taker_book_side"] == ("bid" if trade["taker_side"] == "yes" else "ask")


def test_events_page_and_carry_their_markets_when_asked(site: Site) -> None:
    venue = site.exchange.simulation.venue
    pages = site.pages("/events", "events", limit=7, with_nested_markets="true")

    members = {
        event["event_ticker"]: [market["ticker"] for market in event["markets"]]
        for page in pages
        for event in page
    }

    assert members == {
        event: [market.ticker for market in markets] for event, markets in venue.members.items()
    }


def test_an_event_matches_a_status_if_any_of_its_markets_does(site: Site) -> None:
    events = site.get("/events", status="settled")["events"]

    assert events
    settled = {market["event_ticker"] for market in site.listed(status="settled")}
    assert {event["event_ticker"] for event in events} == settled


def test_one_event_comes_with_its_markets_beside_or_inside_it(site: Site) -> None:
    ticker = next(iter(site.exchange.simulation.venue.events))

    beside = site.get(f"/events/{ticker}")
    inside = site.get(f"/events/{ticker}", with_nested_markets="true")

    assert "markets" not in beside["event"]
    assert inside["markets"] == []
    assert inside["event"]["markets"] == beside["markets"]


def test_series_are_listed_whole_and_found_by_category(site: Site) -> None:
    listed = site.get("/series")["series"]
    crypto = site.get("/series", category="Crypto")["series"]

    assert [one["ticker"] for one in crypto] == [
        one["ticker"] for one in listed if one["category"] == "Crypto"
    ]
    assert site.get(f"/series/{listed[0]['ticker']}") == {"series": listed[0]}


def test_the_exchange_is_open_around_the_clock(site: Site) -> None:
    assert site.get("/exchange/status")["trading_active"] is True
    assert site.get("/exchange/schedule")["schedule"]["maintenance_windows"] == []


def test_asking_changes_nothing_that_happens() -> None:
    asked, alone = Site(), Site()
    asked.listed()
    asked.get("/markets/trades")

    until = Micros(START + 160_000_000)
    assert asked.exchange.simulation.advance(until) == alone.exchange.simulation.advance(until)
