"""One market's past: stretches that join, proven first, and the share of them."""

from itertools import pairwise
from typing import Any

import pytest

from tests.history.coverage.rows import Rows
from tests.history.coverage.served import Served
from tests.web.client import api, ask, fault

PATH = "/api/v1/coverage"
JUST_BEFORE = 0.000001


def upto(second: int) -> float:
    """Return the last microsecond before a second."""
    return second - JUST_BEFORE


def at(second: int) -> str:
    return f"2026-11-21T12:{second // 60:02d}:{second % 60:02d}Z"


def asked(get: Served, since: int = 0, until: int = 300, **params: str) -> dict[str, Any]:
    told = get.json(PATH, **{"ticker": "A", "from": at(since), "to": at(until), **params})
    parts: list[dict[str, Any]] = told["data"]  # type: ignore[assignment]
    assert all(one["until"] == other["since"] for one, other in pairwise(parts))
    return told


def stretches(told: dict[str, Any]) -> list[tuple[str, str | None, int, int]]:
    return [
        (
            each["cause"] or "proven",
            each["recorder"],
            _seconds(each["since"]),
            _seconds(each["until"]),
        )
        for each in told["data"]
    ]


def _seconds(text: str) -> int:
    hours, minutes, seconds = text.partition("T")[2].rstrip("Z").split(":")
    return (int(hours) - 12) * 3600 + int(minutes) * 60 + int(float(seconds))


def test_a_stretch_is_told_with_what_proves_it(rows: Rows, get: Served) -> None:
    position = rows.interval(
        rows.market("A"), 10, upto(20), "gap", connection=4, sid=5, detected=21
    )
    told = asked(get, 10, 30)

    assert told["proven_share"] == "0.500000"
    assert told["data"][0] == {
        "state": "proven",
        "cause": None,
        "since": "2026-11-21T12:00:10.000000Z",
        "until": "2026-11-21T12:00:20.000000Z",
        "is_gap": False,
        "recorder": "recorder-1",
        "opened_by": "snapshot",
        "closed_by": "gap",
        "verified_at": None,
        "capture": "capture-1",
        "connection": 4,
        "sid": 5,
        "from_position": position,
        "to_position": position + 1,
        "detected_at": "2026-11-21T12:00:21.000000Z",
    }
    assert told["data"][1] == {
        "state": "unknown",
        "cause": "gap",
        "since": "2026-11-21T12:00:20.000000Z",
        "until": "2026-11-21T12:00:30.000000Z",
        "is_gap": True,
        "recorder": "recorder-1",
        **dict.fromkeys(
            (
                "opened_by",
                "closed_by",
                "verified_at",
                "capture",
                "connection",
                "sid",
                "from_position",
                "to_position",
                "detected_at",
            )
        ),
    }


def test_the_interval_and_the_clock_are_said(rows: Rows, get: Served) -> None:
    rows.market("A")
    told = asked(get, 10, 30, clock="exchange")

    assert (told["ticker"], told["clock"]) == ("A", "exchange")
    assert (told["from"], told["to"]) == (
        "2026-11-21T12:00:10.000000Z",
        "2026-11-21T12:00:30.000000Z",
    )


def test_two_captures_fill_each_others_holes_and_the_lower_one_is_told(
    rows: Rows, get: Served
) -> None:
    rows.capture(2)
    market = rows.market("A")
    rows.interval(market, 0, upto(100), "gap")
    rows.interval(market, 150, upto(200), "stall")
    rows.interval(market, 50, upto(140), "disconnect", capture=2)

    assert stretches(asked(get)) == [
        ("proven", "recorder-1", 0, 100),
        ("proven", "recorder-2", 100, 140),
        ("disconnect", "recorder-2", 140, 150),
        ("proven", "recorder-1", 150, 200),
        ("stall", "recorder-1", 200, 300),
    ]


def test_by_the_exchanges_clock_its_own_bounds_count(rows: Rows, get: Served) -> None:
    rows.interval(rows.market("A"), 10, 20, "unsubscribed", exchange=(5, upto(15)))

    assert stretches(asked(get, 0, 30, clock="exchange")) == [
        ("before_recording", None, 0, 5),
        ("proven", "recorder-1", 5, 15),
        ("unsubscribed", "recorder-1", 15, 30),
    ]


def test_closed_markets_and_pauses_count_neither_way(rows: Rows, get: Served) -> None:
    market = rows.market("A", opens=20, closes=200, engine=1)
    rows.interval(market, 0, upto(100), "disconnect")
    rows.interval(market, 150, upto(300), "gap")
    rows.said(0, True, engine=1)
    rows.said(90, False, engine=1)
    rows.said(120, True, engine=1)
    told = asked(get)

    assert stretches(told) == [
        ("proven", "recorder-1", 0, 100),
        ("exchange_closed", None, 100, 120),
        ("disconnect", "recorder-1", 120, 150),
        ("proven", "recorder-1", 150, 300),
    ]
    assert told["proven_share"] == "0.800000"  # 20 to 90 and 150 to 200, of these and 30 more


def test_where_nothing_should_be_known_there_is_no_share(rows: Rows, get: Served) -> None:
    rows.interval(rows.market("A", closes=0), 0, upto(100), "unsubscribed")

    assert asked(get)["proven_share"] is None


def test_a_share_is_cut_and_never_rounded_up(rows: Rows, get: Served) -> None:
    market = rows.market("A")
    rows.interval(market, 0, 299.999998, "gap")
    rows.interval(market, 300, 400, "gap")

    assert asked(get)["proven_share"] == "0.999999"


def test_what_is_not_recorded_yet_is_no_gap(rows: Rows, get: Served) -> None:
    rows.interval(rows.market("A"), 0, None, None)
    rows.stream(upto(100))
    told = asked(get)

    assert [each["is_gap"] for each in told["data"]] == [False, False]
    assert told["data"][1]["cause"] == "not_yet_recorded"
    assert told["proven_share"] == "1.000000"


@pytest.mark.parametrize("limit", ["1", "2", "3", "7"])
def test_pages_of_any_size_join_and_say_the_same_share(rows: Rows, get: Served, limit: str) -> None:
    market = rows.market("A")
    for number in range(5):
        rows.interval(market, number * 50, upto(number * 50 + 40), "gap")
    whole = asked(get)
    told: list[dict[str, Any]] = []
    page = asked(get, limit=limit)
    while True:
        told += page["data"]
        assert page["proven_share"] == whole["proven_share"]
        assert (page["from"], page["to"]) == (whole["from"], whole["to"])
        if not page["has_more"]:
            break
        page = asked(get, limit=limit, cursor=page["next_cursor"])

    assert told == whole["data"]


def test_what_comes_in_between_two_pages_does_not_move_the_end(
    rows: Rows, module_database_url: str
) -> None:
    market = rows.market("A")
    rows.interval(market, 0, upto(100), "gap")
    rows.interval(market, 150, None, None)
    first = Served(module_database_url, now=200).json(PATH, ticker="A", limit="1")
    rows.stream(400)
    last = Served(module_database_url, now=500).json(
        PATH, ticker="A", limit="9", cursor=str(first["next_cursor"])
    )

    assert last["to"] == first["to"] == "2026-11-21T12:03:20.000000Z"
    assert last["data"][-1]["until"] == last["to"]  # type: ignore[index]


def test_without_an_interval_it_is_the_last_day(rows: Rows, get: Served) -> None:
    rows.market("A")
    told = get.json(PATH, ticker="A")

    assert told["from"] == "2026-11-20T12:16:40.000000Z"
    assert told["to"] == "2026-11-21T12:16:40.000000Z"


def test_days_come_without_a_hole_and_the_newest_first(rows: Rows, get: Served) -> None:
    rows.interval(rows.market("A"), 0, upto(800), "gap")
    rows.incident("gap", 800)
    days: list[dict[str, object]] = get.json(PATH, days="20")["data"]  # type: ignore[assignment]

    assert days[0] == {
        "day": "2026-11-21",
        "proven_share": "0.800000",
        "proven_seconds": "800.000000",
        "gap_seconds": "200.000000",
        "markets": 1,
        "incidents": 1,
    }
    assert [each["day"] for each in days[1:3]] == ["2026-11-20", "2026-11-19"]
    assert (len(days), days[-1]["proven_share"]) == (20, None)
    assert len(get.json(PATH)["data"]) == 14  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("params", "answer"),
    [
        ({"ticker": "NOBODY"}, (404, "market.not_found", None)),
        ({"ticker": "A B"}, (422, "request.invalid", "ticker")),
        ({"ticker": "A", "days": "3"}, (422, "coverage.parameter_misplaced", "days")),
        ({"from": at(0)}, (422, "coverage.parameter_misplaced", "from")),
        ({"to": at(0)}, (422, "coverage.parameter_misplaced", "to")),
        ({"clock": "exchange"}, (422, "coverage.parameter_misplaced", "clock")),
        ({"limit": "3"}, (422, "coverage.parameter_misplaced", "limit")),
        ({"cursor": "x"}, (422, "coverage.parameter_misplaced", "cursor")),
        ({"ticker": "A", "cursor": "x"}, (422, "cursor.invalid", "cursor")),
        ({"ticker": "A", "clock": "wall"}, (422, "request.invalid", "clock")),
        ({"ticker": "A", "from": at(5), "to": at(5)}, (422, "coverage.empty_interval", "to")),
        ({"ticker": "A", "from": at(1001)}, (422, "coverage.in_future", "from")),
        ({"ticker": "A", "from": "yesterday"}, (422, "request.invalid", "from")),
        ({"ticker": "A", "at": at(5)}, (422, "request.invalid", "at")),
        ({"days": "0"}, (422, "request.invalid", "days")),
        ({"days": "91"}, (422, "request.invalid", "days")),
    ],
)
def test_a_wrong_parameter_is_named(
    params: dict[str, str], answer: tuple[int, str, str | None]
) -> None:
    assert fault(ask(api(), PATH, params=params)) == answer
