"""The book endpoint."""

from hashlib import sha256

import msgspec
import pytest

from playhead.base.time import format_instant
from playhead.history.books import Book
from playhead.history.rewind import BookAnswer, Clock
from playhead.history.rewind.schemas import BookView
from tests.history.rewind.builders import (
    START,
    TICKER,
    book,
    proven_answer,
    second,
    unknown_answer,
)
from tests.history.rewind.fakes import FakeRewind
from tests.web.client import NOW, api, ask, fault

PATH = f"/api/v1/markets/{TICKER}/book"
NOTHING_KNOWN = {"position": None, "received_at": None, "exchange_at": None}


LEVELS = f"playhead-book-1\n{TICKER}\nyes 0.4100 3.00\nyes 0.4200 12.50\nno 0.5500 100.00\n"
DIGEST = f"sha256:{sha256(LEVELS.encode()).hexdigest()}"


def answered(answer: BookAnswer, query: str = "") -> dict[str, object]:
    response = ask(api(rewind=FakeRewind(answer)), PATH + query)
    assert response.status_code == 200, response.text
    body: dict[str, object] = response.json()
    msgspec.convert(body, BookView)
    return body


def test_a_proven_book_is_sent_whole_in_the_exchanges_order() -> None:
    assert answered(proven_answer(), "?at=2026-11-21T12:00:10Z") == {
        "ticker": TICKER,
        "at": "2026-11-21T12:00:10.000000Z",
        "clock": "received",
        "view": "raw",
        "position": 7,
        "received_at": "2026-11-21T12:00:10.000000Z",
        "exchange_at": "2026-11-21T12:00:09.998500Z",
        "yes": [["0.4100", "3.00"], ["0.4200", "12.50"]],
        "no": [["0.5500", "100.00"]],
        "coverage": {
            "state": "proven",
            "cause": None,
            "since": "2026-11-21T12:00:00.000000Z",
            "until": None,
            "verified_at": "2026-11-21T12:00:00.000000Z",
            "recorder": "recorder-1",
        },
        "certificate": {
            "digest": DIGEST,
            "recorder": "recorder-1",
            "capture": "main",
            "capture_number": 1,
            "connection": 2,
            "sid": 3,
            "opened_by": "snapshot",
            "from_position": 4,
            "keyframe_position": 5,
            "position": 7,
            "received_from": "2026-11-21T12:00:00.000000Z",
            "exchange_from": None,
        },
        "last_known": None,
        "next_known": None,
        "trades_between": None,
    }


def test_view_yes_shows_bids_and_asks_best_first() -> None:
    body = answered(proven_answer(), "?view=yes")

    assert body["bids"] == [["0.4200", "12.50"], ["0.4100", "3.00"]]
    assert body["asks"] == [["0.4500", "100.00"]]
    assert "yes" not in body
    assert "no" not in body


def test_sub_cent_prices_keep_every_digit() -> None:
    body = answered(proven_answer(book(yes={"0.00455": "0.01"})))

    assert body["yes"] == [["0.00455", "0.01"]]


def test_depth_keeps_the_best_levels_of_each_side() -> None:
    assert answered(proven_answer(), "?depth=1")["yes"] == [["0.4200", "12.50"]]
    assert answered(proven_answer(), "?depth=1&view=yes")["bids"] == [["0.4200", "12.50"]]


@pytest.mark.parametrize("query", ["?depth=1", "?view=yes", "?view=yes&depth=1&clock=exchange"])
def test_the_digest_is_of_the_whole_book_however_it_is_shown(query: str) -> None:
    certificate = answered(proven_answer(), query)["certificate"]

    assert isinstance(certificate, dict)
    assert certificate["digest"] == DIGEST


def test_an_empty_book_is_known_to_be_empty() -> None:
    body = answered(proven_answer(Book()))

    assert (body["yes"], body["no"], body["position"]) == ([], [], 7)


def test_an_unknown_instant_has_no_levels_and_points_to_the_nearest_known() -> None:
    body = answered(unknown_answer("gap", since=5, until=20))

    assert body["yes"] is None
    assert body["no"] is None
    assert {key: body[key] for key in NOTHING_KNOWN} == NOTHING_KNOWN
    assert body["last_known"] == {
        "position": 3,
        "received_at": "2026-11-21T12:00:05.000000Z",
        "exchange_at": "2026-11-21T12:00:04.998500Z",
    }
    assert body["coverage"] == {
        "state": "unknown",
        "cause": "gap",
        "since": "2026-11-21T12:00:05.000000Z",
        "until": "2026-11-21T12:00:20.000000Z",
        "verified_at": None,
        "recorder": None,
    }


def test_inside_a_gap_there_is_no_certificate_and_the_trades_are_told() -> None:
    body = answered(unknown_answer())

    assert body["certificate"] is None
    assert body["trades_between"] == {
        "count": 7,
        "trades": [
            {
                "trade_id": "t-1",
                "received_at": "2026-11-21T12:00:06.000000Z",
                "exchange_at": None,
                "yes_price": "0.4200",
                "size": "3.00",
                "taker_side": "no",
                "is_block": False,
            },
            {
                "trade_id": "t-2",
                "received_at": None,
                "exchange_at": "2026-11-21T12:00:08.000000Z",
                "yes_price": "0.4100",
                "size": "1.00",
                "taker_side": None,
                "is_block": True,
            },
        ],
    }


def test_an_unknown_instant_has_null_bids_and_asks_in_view_yes() -> None:
    body = answered(unknown_answer(), "?view=yes")

    assert (body["bids"], body["asks"]) == (None, None)


def test_not_strict_adds_the_last_known_book_beside_the_levels_that_stay_null() -> None:
    body = answered(unknown_answer(), "?strict=false&view=yes&depth=1")
    last = body["last_known"]

    assert isinstance(last, dict)
    assert last["book"] == {"bids": [["0.4200", "12.50"]], "asks": [["0.4500", "100.00"]]}
    assert body["bids"] is None
    assert "book" not in body["next_known"]  # type: ignore[operator]


def test_before_the_recording_there_is_only_a_next_known() -> None:
    body = answered(unknown_answer("before_recording", since=None))

    assert body["last_known"] is None
    assert body["next_known"] is not None


@pytest.mark.parametrize(
    ("query", "at", "clock"),
    [
        ("", None, Clock.RECEIVED),
        ("?at=2026-11-21T12:00:00.5Z&clock=exchange", START + 500_000, Clock.EXCHANGE),
        ("?at=2026-11-21T14:00:01%2B02:00", second(1), Clock.RECEIVED),
    ],
)
def test_the_instant_and_the_clock_reach_the_tape(query: str, at: int | None, clock: Clock) -> None:
    rewind = FakeRewind(proven_answer())
    ask(api(rewind=rewind), PATH + query)

    assert rewind.asked == [{"ticker": TICKER, "at": at, "clock": clock, "now": NOW}]


def test_the_future_is_a_422_of_its_own() -> None:
    later = format_instant(second(1001))
    answer = ask(api(rewind=FakeRewind(proven_answer())), f"{PATH}?at={later}")

    assert fault(answer) == (422, "book.in_future", "at")


def test_an_unknown_market_is_a_404() -> None:
    answer = ask(api(), "/api/v1/markets/NOBODY/book")

    assert fault(answer) == (404, "market.not_found", None)
    assert answer.json()["error"]["details"] == {"ticker": "NOBODY"}
