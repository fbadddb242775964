"""Audits: what the exchange said and what we held, and how many agreed."""

import json
from typing import Any

import pytest

from tests.history.coverage.rows import Rows, book
from tests.history.coverage.served import Served
from tests.web.client import api, ask, fault

PATH = "/api/v1/audits"
RATES = "/api/v1/audits/rates"
SAID = book(yes={"0.42": "12.5", "0.41": "3"}, no={"0.55": "100"})
HELD = book(yes={"0.42": "10", "0.41": "3"}, no={"0.55": "100", "0.505": "1"})


def data(get: Served, path: str = PATH, **params: str) -> list[dict[str, Any]]:
    found = get.json(path, **params)["data"]
    assert isinstance(found, list)
    return found


def ids(get: Served, **params: str) -> list[str]:
    return [each["id"] for each in data(get, **params)]


def test_an_audit_is_told_with_both_books(rows: Rows, get: Served) -> None:
    number = rows.audit(rows.market("A"), 10, SAID, HELD)

    assert data(get) == [
        {
            "id": str(number),
            "ticker": "A",
            "kind": "snapshot",
            "matches": False,
            "position": 7,
            "asked_at": "2026-11-21T12:00:09.000000Z",
            "received_at": "2026-11-21T12:00:10.000000Z",
            "exchange_at": None,
            "capture": "capture-1",
            "recorder": "recorder-1",
            "said": {
                "yes": [["0.4100", "3.00"], ["0.4200", "12.50"]],
                "no": [["0.5500", "100.00"]],
            },
            "held": {
                "yes": [["0.4100", "3.00"], ["0.4200", "10.00"]],
                "no": [["0.5050", "1.00"], ["0.5500", "100.00"]],
            },
        }
    ]


def test_where_they_agree_the_books_are_the_same(rows: Rows, get: Served) -> None:
    rows.audit(rows.market("A"), 10, SAID)
    (audit,) = data(get)

    assert audit["matches"]
    assert audit["held"] == audit["said"]


def test_one_audit_names_the_levels_that_differ(rows: Rows, get: Served) -> None:
    number = rows.audit(rows.market("A"), 10, SAID, HELD)
    audit = get.json(f"{PATH}/{number}")

    assert audit["id"] == str(number)
    assert audit["differences"] == [
        {"side": "yes", "price": "0.4200", "said": "12.50", "held": "10.00"},
        {"side": "no", "price": "0.5050", "said": "0.00", "held": "1.00"},
    ]


def test_an_audit_that_no_clock_can_place_is_found_by_id_alone(rows: Rows, get: Served) -> None:
    number = rows.audit(rows.market("A"), None, SAID)

    assert ids(get) == []
    assert get.json(f"{PATH}/{number}")["received_at"] is None


@pytest.mark.parametrize("number", ["1", "0", "9999999999999999999"])
def test_an_unknown_audit_is_a_404(get: Served, number: str) -> None:
    assert fault(get(f"{PATH}/{number}")) == (404, "audit.not_found", None)


@pytest.mark.parametrize("number", ["-1", "abc", "1.0", "99999999999999999999"])
def test_what_is_no_id_is_refused(number: str) -> None:
    assert fault(ask(api(), f"{PATH}/{number}")) == (422, "request.invalid", "id")


def test_the_newest_come_first_and_filters_narrow_the_list(rows: Rows, get: Served) -> None:
    one, other = rows.market("ONE"), rows.market("OTHER")
    first = str(rows.audit(one, 10, SAID))
    second = str(rows.audit(other, 20, SAID, HELD, kind="rest"))
    third = str(rows.audit(one, 30, SAID, HELD))

    assert ids(get) == [third, second, first]
    assert ids(get, ticker="ONE") == [third, first]
    assert ids(get, kind="rest") == [second]
    assert ids(get, matches="false") == [third, second]
    assert ids(get, matches="true") == [first]
    at = {"from": "2026-11-21T12:00:10Z", "to": "2026-11-21T12:00:30Z"}
    assert ids(get, **at) == [second, first]


@pytest.mark.parametrize("limit", ["1", "2", "4"])
def test_pages_tell_each_audit_once_also_of_one_instant(
    rows: Rows, get: Served, limit: str
) -> None:
    rows.capture(2)
    market = rows.market("A")
    numbers = [rows.audit(market, 10, SAID, capture=capture) for capture in (1, 2, 1, 2)]
    numbers.append(rows.audit(market, 11, SAID))
    told: list[str] = []
    page = get.json(PATH, limit=limit)
    while True:
        told += [each["id"] for each in page["data"]]  # type: ignore[attr-defined]
        if not page["has_more"]:
            break
        page = get.json(PATH, limit=limit, cursor=str(page["next_cursor"]))

    assert told == ids(get)
    assert sorted(told) == sorted(map(str, numbers))


@pytest.mark.parametrize(
    ("path", "params", "answer"),
    [
        (PATH, {"ticker": "NOBODY"}, (404, "market.not_found", None)),
        (RATES, {"ticker": "NOBODY"}, (404, "market.not_found", None)),
        (RATES, {"ticker": "NOBODY", "by": "market"}, (404, "market.not_found", None)),
        (
            PATH,
            {"from": "2026-11-21T12:00:10Z", "to": "2026-11-21T12:00:09Z"},
            (422, "coverage.empty_interval", "to"),
        ),
        (PATH, {"kind": "other"}, (422, "request.invalid", "kind")),
        (PATH, {"matches": "2"}, (422, "request.invalid", "matches")),
        (PATH, {"limit": "201"}, (422, "request.invalid", "limit")),
        (PATH, {"days": "2"}, (422, "request.invalid", "days")),
        (RATES, {"days": "91"}, (422, "request.invalid", "days")),
        (RATES, {"by": "kind"}, (422, "request.invalid", "by")),
        (RATES, {"limit": "2"}, (422, "coverage.parameter_misplaced", "limit")),
        (RATES, {"cursor": "x"}, (422, "coverage.parameter_misplaced", "cursor")),
        (RATES, {"cursor": "x", "by": "market"}, (422, "cursor.invalid", "cursor")),
    ],
)
def test_a_wrong_parameter_is_named(
    path: str, params: dict[str, str], answer: tuple[int, str, str | None]
) -> None:
    assert fault(ask(api(), path, params=params)) == answer


def test_rates_by_day_are_summed_up_over_markets(rows: Rows, get: Served) -> None:
    one, other = rows.market("ONE"), rows.market("OTHER")
    rows.audit_day("2026-11-21", one, 2, 1)
    rows.audit_day("2026-11-21", other, 4)
    rows.audit_day("2026-11-21", other, 5, kind="rest")
    rows.audit_day("2026-11-08", one, 3)
    rows.audit_day("2026-11-07", one, 3)

    assert [rate_text(each) for each in data(get, RATES)] == [
        "2026-11-21 None rest 5 0 1.000000",
        "2026-11-21 None snapshot 6 1 0.857142",
        "2026-11-08 None snapshot 3 0 1.000000",
    ]
    assert [rate_text(each) for each in data(get, RATES, ticker="ONE", days="2")] == [
        "2026-11-21 None snapshot 2 1 0.666666"
    ]
    assert len(data(get, RATES, days="90")) == 4


def test_rates_by_market_come_in_pages_of_markets(rows: Rows, get: Served) -> None:
    for ticker in ("C", "A", "B", "UNSEEN"):
        market = rows.market(ticker)
        if ticker != "UNSEEN":
            rows.audit_day("2026-11-21", market, 999_999, 1)
            rows.audit_day("2026-11-20", market, 0, 1, kind="rest")
    first = get.json(RATES, by="market", limit="2")
    last = get.json(RATES, by="market", limit="2", cursor=str(first["next_cursor"]))
    told = [*first["data"], *last["data"]]  # type: ignore[misc]

    assert [rate_text(each) for each in told] == [
        line
        for ticker in "ABC"
        for line in (
            f"None {ticker} rest 0 1 0.000000",
            f"None {ticker} snapshot 999999 1 0.999999",
        )
    ]
    assert (first["has_more"], last["has_more"]) == (True, False)
    assert told[2:4] == data(get, RATES, by="market", ticker="B")


def rate_text(rate: dict[str, Any]) -> str:
    assert json.dumps(rate)
    return " ".join(str(value) for value in rate.values())
