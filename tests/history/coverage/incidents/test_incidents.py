"""Incidents: one line for what one connection lost at one instant for one reason."""

import json
from typing import Any

import pytest

from tests.history.coverage.rows import Rows
from tests.history.coverage.served import Served
from tests.web.client import api, ask, fault

PATH = "/api/v1/incidents"


def listed(get: Served, **params: str) -> list[dict[str, Any]]:
    data = get.json(PATH, **params)["data"]
    assert isinstance(data, list)
    return data


def causes(get: Served, **params: str) -> list[str]:
    return [each["cause"] for each in listed(get, **params)]


def test_an_incident_is_told_with_what_it_hit_and_how_it_healed(rows: Rows, get: Served) -> None:
    number = rows.incident(
        "gap", 10.25, markets=3, healed=3, healed_at=12, received_to=10, connection=7, sid=4
    )
    for ticker, engine in (("A", 2), ("B", None), ("C", 2)):
        market = rows.market(ticker, engine=engine)
        rows.interval(market, 0, 10, "gap", incident=number)

    assert listed(get) == [
        {
            "id": str(number),
            "cause": "gap",
            "capture": "capture-1",
            "recorder": "recorder-1",
            "connection": 7,
            "sids": [4],
            "received_to": "2026-11-21T12:00:10.000000Z",
            "detected_at": "2026-11-21T12:00:10.250000Z",
            "detection_ms": 250,
            "markets": 3,
            "healed": 3,
            "healed_at": "2026-11-21T12:00:12.000000Z",
            "open": False,
            "shards": [
                {"exchange_index": 2, "markets": 2},
                {"exchange_index": None, "markets": 1},
            ],
            "examples": ["A", "C", "B"],
        }
    ]


def test_the_subscriptions_of_a_connection_that_end_together_are_one_line(
    rows: Rows, get: Served
) -> None:
    first = rows.incident("disconnect", 10, markets=2, healed=2, received_to=9, sid=2, healed_at=20)
    second = rows.incident("disconnect", 10, markets=1, healed=0, received_to=8, sid=1)
    rows.incident("disconnect", 10, connection=2)
    for number, ticker in ((first, "A"), (first, "B"), (second, "C")):
        rows.interval(rows.market(ticker), 0, 9, "disconnect", incident=number)
    other, both = listed(get)

    assert other["connection"] == 2
    assert (both["id"], both["sids"], both["markets"], both["healed"]) == (str(first), [1, 2], 3, 2)
    assert (both["detection_ms"], both["healed_at"], both["open"]) == (2000, None, True)
    assert both["shards"] == [{"exchange_index": None, "markets": 3}]


def test_at_most_five_tickers_are_named(rows: Rows, get: Served) -> None:
    number = rows.incident("restart", 10, markets=9)
    for each in range(9):
        rows.interval(rows.market(f"M-{each}", engine=each % 3), 0, 9, "restart", incident=number)
    (incident,) = listed(get)

    assert len(incident["examples"]) == 5
    assert [each["markets"] for each in incident["shards"]] == [3, 3, 3]


def test_an_incident_that_has_grown_since_is_counted_anew(rows: Rows, get: Served) -> None:
    number = rows.incident("gap", 10, markets=1)
    rows.interval(rows.market("A"), 0, 9, "gap", incident=number)
    before = listed(get)
    rows.incident("gap", 10, markets=1, sid=2)

    assert [each["markets"] for each in (*before, *listed(get))] == [1, 2]


def test_the_newest_come_first_and_filters_narrow_the_list(rows: Rows, get: Served) -> None:
    rows.incident("gap", 10, markets=2, healed=2)
    rows.incident("stall", 20, markets=2, healed=1)
    rows.incident("overflow", 30)

    assert causes(get) == ["overflow", "stall", "gap"]
    assert causes(get, open="true") == ["overflow", "stall"]
    assert causes(get, open="false") == ["gap"]
    assert causes(get, cause="stall") == ["stall"]
    at = {"from": "2026-11-21T12:00:10Z", "to": "2026-11-21T12:00:30Z"}
    assert causes(get, **at) == ["stall", "gap"]


def test_a_line_is_open_while_one_of_its_subscriptions_is(rows: Rows, get: Served) -> None:
    rows.incident("disconnect", 10, markets=2, healed=2, sid=1)
    rows.incident("disconnect", 10, markets=2, healed=1, sid=2)

    assert causes(get, open="false") == []
    assert [each["markets"] for each in listed(get, open="true")] == [4]


def test_one_that_no_clock_can_place_is_not_listed(rows: Rows, get: Served) -> None:
    rows.incident("gap", None)

    assert causes(get) == []


@pytest.mark.parametrize("limit", ["1", "2", "3"])
def test_pages_tell_each_line_once_also_of_one_instant(rows: Rows, get: Served, limit: str) -> None:
    rows.capture(2)
    for capture in (1, 2):
        for connection in (1, 2):
            for cause in ("gap", "stall"):
                rows.incident(cause, 10, capture=capture, connection=connection)
    rows.incident("restart", 9)
    told: list[str] = []
    page = get.json(PATH, limit=limit)
    while True:
        told += [json.dumps(each) for each in page["data"]]  # type: ignore[attr-defined]
        if not page["has_more"]:
            break
        page = get.json(PATH, limit=limit, cursor=str(page["next_cursor"]))

    assert told == [json.dumps(each) for each in listed(get)]
    assert len(told) == 9


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"from": "2026-11-21T12:00:10Z", "to": "2026-11-21T12:00:10Z"}, "coverage.empty", "to"),
        ({"cause": "Gap"}, "request.invalid", "cause"),
        ({"cause": "market_closed"}, "request.invalid", "cause"),
        ({"open": "maybe"}, "request.invalid", "open"),
        ({"is_open": "true"}, "request.invalid", "is_open"),
        ({"limit": "101"}, "request.invalid", "limit"),
        ({"cursor": "abc"}, "cursor.invalid", "cursor"),
        ({"cursor": ""}, "cursor.invalid", "cursor"),
        ({"since": "2026-11-21T12:00:10Z"}, "request.invalid", "since"),
    ],
)
def test_a_wrong_parameter_is_named(params: dict[str, str], code: str, field: str) -> None:
    status, found, named = fault(ask(api(), PATH, params=params))

    assert (status, named) == (422, field)
    assert found.startswith(code)


def test_a_cursor_belongs_to_its_filters(rows: Rows, get: Served) -> None:
    rows.incident("gap", 10)
    rows.incident("gap", 20)
    cursor = str(get.json(PATH, limit="1")["next_cursor"])

    assert fault(get(PATH, cursor=cursor, open="true")) == (422, "cursor.invalid", "cursor")
