"""The market endpoints."""

import msgspec
import pytest

from playhead.history.markets import MarketStatus
from playhead.history.markets.schemas import MarketPage
from tests.history.markets.fakes import FakeMarkets, market
from tests.history.rewind.builders import second
from tests.web.client import api, ask, fault

PATH = "/api/v1/markets"
MARKETS = FakeMarkets(
    [
        market("KXRAIN-1", status=MarketStatus.CLOSED),
        market(
            "KXBTC-1",
            title="Will Bitcoin be above $100,000?",
            open_at=second(-60),
            first_received_at=second(0),
            last_received_at=second(90),
            recording=True,
            events=1234,
        ),
        market("KXBTC-2"),
    ]
)


def listed(**params: str) -> MarketPage:
    answer = ask(api(markets=MARKETS), PATH, params=params)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=MarketPage)


def tickers(**params: str) -> list[str]:
    return [each.ticker for each in listed(**params).data]


def test_a_market_is_shown_with_what_we_hold_of_it() -> None:
    assert ask(api(markets=MARKETS), f"{PATH}/KXBTC-1").json() == {
        "ticker": "KXBTC-1",
        "event_ticker": "KXBTC",
        "title": "Will Bitcoin be above $100,000?",
        "status": "active",
        "open_at": "2026-11-21T11:59:00.000000Z",
        "close_at": None,
        "coverage": {
            "recording": True,
            "since": "2026-11-21T12:00:00.000000Z",
            "until": "2026-11-21T12:01:30.000000Z",
            "events": 1234,
        },
    }


def test_an_unknown_market_is_a_404() -> None:
    assert fault(ask(api(), f"{PATH}/NOBODY")) == (404, "market.not_found", None)


def test_markets_are_listed_by_ticker() -> None:
    assert tickers() == ["KXBTC-1", "KXBTC-2", "KXRAIN-1"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"status": "closed"}, ["KXRAIN-1"]),
        ({"event": "KXBTC"}, ["KXBTC-1", "KXBTC-2"]),
        ({"search": "bitcoin"}, ["KXBTC-1"]),
        ({"search": "bitcoin", "status": "closed"}, []),
    ],
)
def test_filters_narrow_the_list(params: dict[str, str], expected: list[str]) -> None:
    assert tickers(**params) == expected


def test_pages_follow_each_other_by_cursor() -> None:
    first = listed(limit="2")
    last = listed(limit="2", cursor=str(first.next_cursor))

    assert [each.ticker for each in (*first.data, *last.data)] == ["KXBTC-1", "KXBTC-2", "KXRAIN-1"]
    assert (first.has_more, last.has_more, last.next_cursor) == (True, False, None)


def test_a_full_last_page_has_no_next() -> None:
    assert listed(limit="3").next_cursor is None


def test_the_total_is_counted_only_when_asked() -> None:
    assert listed(limit="1", include="total").total == 3
    assert "total" not in ask(api(markets=MARKETS), PATH).json()


def test_a_cursor_belongs_to_its_filters() -> None:
    cursor = str(listed(limit="1").next_cursor)
    answer = ask(api(markets=MARKETS), PATH, params={"cursor": cursor, "status": "active"})

    assert fault(answer) == (422, "cursor.invalid", "cursor")


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"status": "open"}, "status"),
        ({"include": "everything"}, "include"),
        ({"search": ""}, "search"),
        ({"search": "a\x00b"}, "search"),
        ({"event": "a b"}, "event"),
        ({"page": "2"}, "page"),
    ],
)
def test_a_wrong_parameter_is_named(params: dict[str, str], field: str) -> None:
    answer = ask(api(markets=MARKETS), PATH, params=params)

    assert fault(answer) == (422, "request.invalid", field)
