"""The changes endpoint: pages and streams."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx2
import msgspec
import pytest

from playhead.base.errors import Unavailable
from playhead.base.time import Micros
from playhead.history.books import Side
from playhead.history.rewind import Clock, Run
from playhead.history.rewind.change_schemas import ChangesPage
from playhead.web.openapi import Api
from tests.history.rewind.builders import (
    TICKER,
    absent_run,
    change,
    data_run,
    proven_answer,
    second,
)
from tests.history.rewind.fakes import FakeRewind
from tests.web.client import api, ask, fault

PATH = f"/api/v1/markets/{TICKER}/changes"
INTERVAL = {"from": "2026-11-21T12:00:00Z", "to": "2026-11-21T12:01:00Z"}
LINES = {"Accept": "application/x-ndjson"}
RUNS = (
    data_run(0, 10, change(4, 1), change(5, 1, side=Side.NO, size="0.5"), change(6, 9, size="-1")),
    absent_run(10, 20, "disconnect"),
    data_run(20, 60, change(7, 30)),
)


def taped(*runs: Run) -> Api:
    return api(rewind=FakeRewind(proven_answer(), runs or RUNS))


def page(app: Api, **params: str) -> ChangesPage:
    answer = ask(app, PATH, params=INTERVAL | params)
    assert answer.status_code == 200, answer.text
    return msgspec.json.decode(answer.content, type=ChangesPage)


def lines(answer: httpx2.Response) -> list[dict[str, object]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def test_runs_of_data_and_of_absence_come_in_order_with_the_cause() -> None:
    body = ask(taped(), PATH, params=INTERVAL).json()

    assert [(run["kind"], run["coverage"]["cause"]) for run in body["data"]] == [
        ("data", None),
        ("absent", "disconnect"),
        ("data", None),
    ]
    assert (body["next_cursor"], body["has_more"]) == (None, False)


def test_a_change_says_where_it_stands_and_what_it_did() -> None:
    body = ask(taped(), PATH, params=INTERVAL).json()

    assert body["data"][0]["changes"][1] == {
        "position": 5,
        "received_at": "2026-11-21T12:00:01.000000Z",
        "exchange_at": "2026-11-21T12:00:00.998500Z",
        "side": "no",
        "price": "0.4200",
        "delta": "0.50",
    }


def test_an_absent_run_has_bounds_and_coverage_and_nothing_else() -> None:
    run = ask(taped(), PATH, params=INTERVAL).json()["data"][1]

    assert set(run) == {"kind", "since", "until", "coverage"}
    assert (run["since"], run["until"]) == (
        "2026-11-21T12:00:10.000000Z",
        "2026-11-21T12:00:20.000000Z",
    )


def test_runs_start_with_their_book_only_when_asked() -> None:
    with_book = ask(taped(), PATH, params=INTERVAL | {"with_book": "true"}).json()
    without = ask(taped(), PATH, params=INTERVAL).json()

    assert with_book["data"][0]["book"]["yes"] == [["0.4100", "3.00"], ["0.4200", "12.50"]]
    assert "book" not in without["data"][0]


def test_pages_follow_each_other_by_cursor_until_all_is_told() -> None:
    app = taped()
    told: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        body = ask(app, PATH, params=INTERVAL | {"limit": "2"} | cursor).json()
        told += [each["position"] for run in body["data"] for each in run.get("changes", ())]
        if not body["has_more"]:
            break
        cursor = {"cursor": body["next_cursor"]}

    assert told == [4, 5, 6, 7]


def test_a_run_cut_by_the_end_of_a_page_says_that_it_is_not_complete() -> None:
    first = page(taped(), limit="2")
    assert first.next_cursor is not None
    second_page = page(taped(), limit="2", cursor=first.next_cursor)

    assert [run.complete for run in first.data] == [False]  # type: ignore[union-attr]
    assert second_page.data[0].complete  # type: ignore[union-attr]


def test_without_to_the_interval_ends_now_and_stays_so_on_every_page() -> None:
    rewind = FakeRewind(proven_answer(), RUNS)
    params = {"from": INTERVAL["from"], "limit": "2"}
    cursor = ask(api(rewind=rewind), PATH, params=params).json()["next_cursor"]
    ask(api(rewind=rewind, now=second(5000)), PATH, params=params | {"cursor": cursor})

    assert [each["until"] for each in rewind.asked] == [second(1000), second(1000)]


@pytest.mark.parametrize("other", [{"clock": "exchange"}, {"to": "2026-11-21T12:02:00Z"}])
def test_a_cursor_of_another_query_is_refused(other: dict[str, str]) -> None:
    cursor = page(taped(), limit="2").next_cursor
    answer = ask(taped(), PATH, params=INTERVAL | {"cursor": str(cursor)} | other)

    assert fault(answer) == (422, "cursor.invalid", "cursor")


def test_a_cursor_whose_tape_was_rebuilt_is_a_conflict() -> None:
    cursor = page(taped(), limit="2").next_cursor
    rebuilt = taped(data_run(0, 60, change(1, 1)))
    answer = ask(rebuilt, PATH, params=INTERVAL | {"cursor": str(cursor)})

    assert fault(answer) == (409, "changes.moved", None)


def test_a_stream_has_a_line_for_every_run_and_change_and_says_that_it_is_whole() -> None:
    answer = ask(taped(), PATH, params=INTERVAL, headers=LINES)

    assert answer.headers["Content-Type"] == "application/x-ndjson"
    kinds = [line["kind"] for line in lines(answer)]
    assert kinds == ["data", *["change"] * 3, "absent", "data", "change", "end"]
    assert lines(answer)[-1] == {"kind": "end", "runs": 3, "changes": 4}


def test_a_stream_starts_its_runs_with_their_book_when_asked() -> None:
    answer = ask(taped(), PATH, params=INTERVAL | {"with_book": "true"}, headers=LINES)

    assert lines(answer)[0]["book"]["no"] == [["0.5500", "100.00"]]  # type: ignore[index]


@pytest.mark.parametrize(
    ("params", "code", "field"),
    [
        ({"limit": "10"}, "changes.stream_not_paged", "limit"),
        ({"cursor": "abc"}, "changes.stream_not_paged", "cursor"),
        ({"to": "2026-11-21T12:00:00Z"}, "changes.empty_interval", "to"),
    ],
)
def test_a_stream_that_cannot_be_is_refused_before_it_starts(
    params: dict[str, str], code: str, field: str
) -> None:
    answer = ask(taped(), PATH, params=INTERVAL | params, headers=LINES)

    assert fault(answer) == (422, code, field)


@pytest.mark.parametrize("headers", [{}, LINES])
def test_an_unknown_market_is_a_404_also_for_a_stream(headers: dict[str, str]) -> None:
    answer = ask(taped(), "/api/v1/markets/NOBODY/changes", params=INTERVAL, headers=headers)

    assert fault(answer) == (404, "market.not_found", None)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"to": INTERVAL["to"]}, "from"),
        (INTERVAL | {"from": "2026-11-21"}, "from"),
        (INTERVAL | {"limit": "0"}, "limit"),
        (INTERVAL | {"limit": "1001"}, "limit"),
        (INTERVAL | {"since": "x"}, "since"),
    ],
)
def test_a_wrong_parameter_is_named(params: dict[str, str], field: str) -> None:
    assert fault(ask(taped(), PATH, params=params)) == (422, "request.invalid", field)


def test_an_empty_interval_is_refused() -> None:
    answer = ask(taped(), PATH, params=INTERVAL | {"to": INTERVAL["from"]})

    assert fault(answer) == (422, "changes.empty_interval", "to")


@pytest.mark.parametrize("headers", [{}, LINES])
def test_an_interval_that_begins_in_the_future_is_refused(headers: dict[str, str]) -> None:
    params = {"from": "2027-01-01T00:00:00Z", "to": "2027-01-02T00:00:00Z"}
    answer = ask(taped(), PATH, params=params, headers=headers)

    assert fault(answer) == (422, "book.in_future", "from")


class Breaking(FakeRewind):
    """Breaks after its runs."""

    error: Exception = Unavailable("the database went away")

    async def runs(
        self, ticker: str, *, since: Micros, until: Micros, clock: Clock, now: Micros
    ) -> AsyncIterator[Run]:
        for run in self.recorded:
            yield run
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"),
    [(Unavailable("the database went away"), "unavailable"), (ValueError("secret"), "internal")],
)
def test_a_stream_that_breaks_ends_with_an_error_line_and_no_end_line(
    error: Exception, code: str
) -> None:
    rewind = Breaking(proven_answer(), RUNS)
    rewind.error = error
    last = lines(ask(api(rewind=rewind), PATH, params=INTERVAL, headers=LINES))[-1]

    assert (last["kind"], last["error"]["code"]) == ("error", code)  # type: ignore[index]
    assert "secret" not in json.dumps(last)


def test_the_tape_is_closed_after_a_page_that_ended_early() -> None:
    rewind = FakeRewind(proven_answer(), RUNS)
    ask(api(rewind=rewind), PATH, params=INTERVAL | {"limit": "1"})

    assert rewind.closed == 1


def test_a_client_that_leaves_closes_the_tape_at_once() -> None:
    endless = [data_run(0, 60, *(change(step, 1) for step in range(4000)))] * 1000
    rewind = FakeRewind(proven_answer(), endless)
    sent = asyncio.run(leave_after_first_chunk(api(rewind=rewind)))

    assert rewind.closed == 1
    assert sent < 1_000_000


async def leave_after_first_chunk(app: Api) -> int:
    sent = 0
    gone = asyncio.Event()

    async def receive() -> dict[str, object]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        nonlocal sent
        sent += len(message.get("body", b""))  # type: ignore[arg-type]
        if sent:
            gone.set()
        await asyncio.sleep(0)

    scope = {
        "type": "http",
        "method": "GET",
        "path": PATH,
        "query_string": b"from=2026-11-21T12:00:00Z&to=2026-11-21T12:01:00Z",
        "headers": [(b"host", b"localhost"), (b"accept", b"application/x-ndjson")],
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    return sent
