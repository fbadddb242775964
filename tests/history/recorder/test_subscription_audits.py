"""Books that are asked for although they are known, or because somebody misses them."""

import pytest

from playhead.history.kalshi import Acknowledged, ErrorReply
from playhead.history.recorder import Cause
from playhead.history.recorder.tallies import Tally
from tests.history.recorder.books import said, snapshot, subscribed


def test_known_books_are_asked_for_in_turn() -> None:
    tally = Tally()
    books = subscribed(tally, "ABC", share=2, audit_seconds=1)
    books.say(0)

    assert said(books, 0.9) == []
    assert said(books, 1) == [(2, "get_snapshot", ["A", "B"])]
    for ticker in "AB":
        books.hear(snapshot(ticker, 2), 1)
    assert said(books, 2) == [(3, "get_snapshot", ["C"])]
    assert said(books, 3) == [(4, "get_snapshot", ["A", "B"])]
    assert tally.audits == 5


def test_audits_that_were_held_up_are_not_made_up_for() -> None:
    books = subscribed(audit_seconds=1)
    books.say(0)

    assert len(said(books, 10)) == 1
    assert said(books, 10) == []


def test_a_market_with_which_something_is_going_on_is_not_audited() -> None:
    books = subscribed(None, "ABC", audit_seconds=1)
    books.say(0)
    books.heal(["A"], 1)
    books.unwant(["B"])

    assert said(books, 1) == [
        (2, "delete_markets", ["B"]),
        (3, "get_snapshot", ["A"]),
        (4, "get_snapshot", ["C"]),
    ]


def test_healing_goes_before_audits() -> None:
    books = subscribed(None, "ABC", batch=3, commands_in_flight=0, audit_seconds=1)
    books.say(0)

    books.heal_all()

    assert said(books, 1) == []


def test_a_market_that_does_not_answer_while_others_do_is_put_in_anew() -> None:
    tally = Tally()
    books = subscribed(tally, audit_seconds=1)
    books.say(0)
    books.say(1)
    books.hear(snapshot("A", 2), 2)

    books.check(7)

    assert said(books, 7)[:2] == [(3, "delete_markets", ["B"]), (4, "add_markets", ["B"])]
    assert (tally.silent, books.fault) == (1, None)


def test_a_market_that_is_about_to_leave_is_not_put_in_anew() -> None:
    books = subscribed(audit_seconds=1)
    books.say(0)
    books.say(1)
    books.unwant(["B"])
    books.hear(snapshot("A", 2), 2)

    books.check(7)

    assert said(books, 7)[:1] == [(3, "delete_markets", ["B"])]
    assert "add_markets" not in [action for _, action, _ in said(books, 8)]


def test_where_nobody_answers_the_exchange_is_asked_what_it_always_answers() -> None:
    books = subscribed(audit_seconds=1)
    books.say(0)
    books.say(1)

    assert (3, "add_markets", ["A"]) in said(books, 3.5)
    books.hear(Acknowledged(id=3, sid=7), 3.6)
    books.check(6)
    assert books.fault is None


def test_a_frozen_subscription_is_a_stall() -> None:
    books = subscribed(audit_seconds=1)
    for now in range(6):
        books.say(now)

    books.check(6)

    assert books.fault is not None
    assert books.fault.cause is Cause.STALL


def test_an_exchange_without_get_snapshot_confirms_markets_instead() -> None:
    books = subscribed(audit_seconds=1)
    books.say(0)
    books.say(1)

    books.hear(ErrorReply(id=2, code=13), 1)

    assert said(books, 2) == [(3, "add_markets", ["A"])]


def test_an_audit_that_is_refused_changes_nothing() -> None:
    books = subscribed(audit_seconds=1)
    books.say(0)
    books.say(1)

    books.hear(ErrorReply(id=2, code=16, market_ticker="A"), 1)

    assert said(books, 2) == []
    assert (list(books.held), books.fault) == (["A", "B"], None)


def test_a_book_that_somebody_misses_is_asked_for_but_not_all_the_time() -> None:
    books = subscribed(heal_again_seconds=2)

    books.heal(["A", "Z"], 10)
    assert said(books, 10) == [(2, "get_snapshot", ["A"])]
    books.heal(["A"], 11)
    assert said(books, 11) == []
    books.hear(snapshot("A", 2), 11)
    books.heal(["A"], 12)
    assert said(books, 12) == [(3, "get_snapshot", ["A"])]


def test_a_book_that_is_missed_although_it_came_is_put_in_anew() -> None:
    books = subscribed(heal_again_seconds=2)
    for command_id, now in ((2, 10), (3, 13), (4, 16)):
        books.heal(["A"], now)
        books.say(now)
        books.hear(snapshot("A", command_id), now)

    books.heal(["A"], 19)

    assert said(books, 19) == [(5, "delete_markets", ["A"]), (6, "add_markets", ["A"])]


def test_a_book_that_is_missed_in_spite_of_its_audits_is_put_in_anew() -> None:
    books = subscribed(heal_again_seconds=2, audit_seconds=1)
    for now in range(10):
        for command_id, action, tickers in said(books, now):
            if action == "delete_markets":
                assert tickers == ["A"]
                return
            for ticker in tickers:
                books.hear(snapshot(ticker, command_id), now)
        books.heal(["A"], now + 0.5)

    pytest.fail("it was asked for again and again")


def test_a_book_that_is_missed_now_and_then_is_only_asked_for() -> None:
    books = subscribed(heal_again_seconds=2, audit_seconds=1e6)
    for command_id, now in enumerate(range(30, 300, 30), start=2):
        books.heal(["A"], now)

        assert said(books, now) == [(command_id, "get_snapshot", ["A"])]
        books.hear(snapshot("A", command_id), now)


def test_a_doubt_asks_for_a_number_soon() -> None:
    books = subscribed(audit_seconds=10)
    books.say(0)

    books.doubt(1)

    assert said(books, 1) == [(2, "get_snapshot", ["A", "B"])]
