"""What the recorder says about books, and what it makes of the answers."""

import pytest

from playhead.history.kalshi import (
    Acknowledged,
    ErrorReply,
    Subscribed,
    Unsubscribed,
)
from playhead.history.recorder import Cause
from playhead.history.recorder.tallies import Tally
from tests.history.recorder.books import said, snapshot, subscribed
from tests.history.recorder.builders import subscription


def test_the_first_batch_subscribes_and_nothing_is_added_before_the_answer() -> None:
    books = subscription()
    books.want("ABCDE")

    assert said(books) == [(1, "subscribe", ["A", "B", "C"])]
    assert said(books) == []


def test_the_rest_is_added_in_batches() -> None:
    books = subscription()
    books.want("ABCDEFGHIJK")
    books.say(0)
    books.hear(Subscribed(id=1, sid=7, channel="orderbook_delta"), 0)

    assert said(books) == [(2, "add_markets", ["D", "E", "F"]), (3, "add_markets", ["G", "H", "I"])]
    books.hear(Acknowledged(id=2, sid=7), 0)
    assert said(books) == [(4, "add_markets", ["J", "K"])]


def test_a_merged_subscribe_is_answered_by_ok() -> None:
    books = subscription()
    books.want(["A"])
    books.say(0)

    books.hear(Acknowledged(id=1, sid=7), 0)

    assert (books.sid, list(books.held)) == (7, ["A"])


def test_a_snapshot_before_the_answer_tells_the_number() -> None:
    books = subscription()
    books.want("ABCD")
    books.say(0)

    books.hear(snapshot("A"), 0)

    assert said(books) == [(2, "add_markets", ["D"])]


def test_a_market_leaves_by_deletion_and_the_others_stay() -> None:
    books = subscribed()
    books.unwant(["A"])

    assert said(books) == [(2, "delete_markets", ["A"])]
    books.hear(Acknowledged(id=2, sid=7), 0)
    assert list(books.held) == ["B"]


def test_a_market_that_was_never_asked_for_leaves_without_a_word() -> None:
    books = subscription()
    books.want("ABCD")
    books.say(0)
    books.unwant(["D"])
    books.hear(Subscribed(id=1, sid=7, channel="orderbook_delta"), 0)

    assert said(books) == []


def test_a_market_that_comes_back_before_it_left_just_stays() -> None:
    books = subscribed()
    books.unwant(["A"])
    books.want(["A"])

    assert said(books) == []


def test_a_gap_asks_for_every_held_book_in_batches() -> None:
    tally = Tally()
    books = subscribed(tally)
    books.want(["C", "D"])
    books.say(0)
    books.hear(Acknowledged(id=2, sid=7), 0)

    books.heal_all()

    assert said(books) == [(3, "get_snapshot", ["A", "B", "C"]), (4, "get_snapshot", ["D"])]
    assert (tally.heals, tally.healed) == (1, 0)


def test_a_gap_is_healed_when_every_book_has_come() -> None:
    tally = Tally()
    books = subscribed(tally)
    books.heal_all()
    books.say(0)

    books.hear(snapshot("A", 2), 0)
    books.say(0)
    assert tally.healed == 0
    books.hear(snapshot("B", 2), 0)
    books.say(0)
    assert tally.healed == 1


def test_an_ok_to_get_snapshot_is_not_yet_the_snapshot() -> None:
    tally = Tally()
    books = subscribed(tally)
    books.heal_all()
    books.say(0)

    books.hear(Acknowledged(id=2, sid=7), 0)
    books.say(0)

    assert tally.healed == 0


def test_a_gap_while_markets_are_added_heals_them_too() -> None:
    books = subscribed()
    books.want(["C"])
    books.say(0)
    books.hear(snapshot("C"), 0)
    books.heal_all()
    books.hear(Acknowledged(id=2, sid=7), 0)

    assert said(books) == [(3, "get_snapshot", ["A", "B", "C"])]


@pytest.mark.parametrize("code", [10, 25])
def test_a_subscription_that_the_exchange_ends_is_started_anew(code: int) -> None:
    books = subscribed()
    books.unwant(["B"])
    books.want(["C"])

    books.hear(ErrorReply(sid=7, seq=9, code=code), 0)

    assert said(books, 0) == []
    assert said(books, 31) == [(2, "subscribe", ["A", "C"])]


def test_an_end_at_our_request_is_an_end_too() -> None:
    books = subscribed()

    books.hear(Unsubscribed(sid=7, seq=9), 0)

    assert said(books, 31) == [(2, "subscribe", ["A", "B"])]


@pytest.mark.parametrize("code", [18, 27])
def test_being_told_to_slow_down_waits_and_asks_again(code: int) -> None:
    books = subscribed()
    books.want(["C"])
    books.say(0)

    books.hear(ErrorReply(id=2, code=code), 0)

    assert said(books, 0) == []
    assert said(books, 31) == [(3, "add_markets", ["C"])]


def test_a_full_subscription_gives_back_what_did_not_fit() -> None:
    books = subscribed()
    books.want(["C", "D"])
    books.say(0)

    books.hear(ErrorReply(id=2, code=26), 0)

    assert books.overflow == ["C", "D"]
    assert said(books, 31) == []


def test_a_market_that_is_named_as_unknown_is_left_out() -> None:
    tally = Tally()
    books = subscription(tally)
    books.want("ABC")
    books.say(0)

    books.hear(ErrorReply(id=1, code=16, market_ticker="B"), 0)

    assert said(books) == [(2, "subscribe", ["A", "C"])]
    assert tally.refused == 1


def test_a_market_that_is_not_named_is_found_by_halving() -> None:
    books = subscription()
    books.want("ABC")
    books.say(0)

    books.hear(ErrorReply(id=1, code=11), 0)
    assert said(books) == [(2, "subscribe", ["A"])]
    books.hear(ErrorReply(id=2, code=11), 0)
    assert said(books) == [(3, "subscribe", ["B"])]


def test_an_exchange_without_get_snapshot_is_healed_the_long_way() -> None:
    books = subscribed()
    books.heal_all()
    books.say(0)

    books.hear(ErrorReply(id=2, code=13), 0)

    assert said(books) == [(3, "delete_markets", ["A", "B"]), (4, "add_markets", ["A", "B"])]


def test_a_refusal_that_cannot_be_mended_gives_the_connection_up() -> None:
    books = subscription()
    books.want("A")
    books.say(0)

    books.hear(ErrorReply(id=1, code=9, text="Authentication required"), 0)

    assert books.fault is not None
    assert books.fault.cause is Cause.ERROR
    assert "9 Authentication required" in books.fault.detail


def test_a_command_without_an_answer_is_a_stall() -> None:
    books = subscription()
    books.want("A")
    books.say(0)

    books.check(5)

    assert books.fault is not None
    assert books.fault.cause is Cause.STALL


def test_a_book_that_does_not_come_is_fetched_the_long_way() -> None:
    books = subscribed()
    books.heal_all()
    books.say(0)
    books.hear(snapshot("A", 2), 1)

    books.check(5.5)
    assert said(books, 5.5) == []
    books.check(6)
    assert said(books, 6) == [(3, "delete_markets", ["B"]), (4, "add_markets", ["B"])]


def test_a_first_book_that_does_not_come_is_fetched_the_long_way_once() -> None:
    tally = Tally()
    books = subscription(tally)
    books.want("AB")
    books.say(0)
    books.hear(Subscribed(id=1, sid=7, channel="orderbook_delta"), 1)
    books.hear(snapshot("A"), 1)

    books.check(6)
    assert said(books, 6) == [(2, "delete_markets", ["B"]), (3, "add_markets", ["B"])]
    books.hear(Acknowledged(id=2, sid=7), 6)
    books.hear(Acknowledged(id=3, sid=7), 6)
    books.check(11)
    assert said(books, 11) == []
    assert (tally.silent, books.fault) == (1, None)


def test_a_first_book_that_was_lost_is_fetched_as_soon_as_it_is_clear_that_it_was() -> None:
    books = subscription(commands_in_flight=4)
    books.want("AB")
    books.say(0)
    books.hear(Subscribed(id=1, sid=7, channel="orderbook_delta"), 0)
    books.hear(snapshot("A"), 0)
    books.heal_all()
    books.say(0)

    books.hear(snapshot("A", 2), 0)
    books.check(0)

    assert said(books, 0) == [(3, "delete_markets", ["B"]), (4, "add_markets", ["B"])]


def test_an_answer_that_was_lost_is_made_up_for_without_ending_anything() -> None:
    books = subscribed()
    books.want(["C", "D"])
    books.say(0)
    books.hear(snapshot("C"), 0)
    books.heal_all()
    books.say(0)

    books.hear(snapshot("A", 3), 0)
    books.check(0)

    assert said(books, 0) == [(4, "add_markets", ["D"])]
    assert list(books.held) == ["A", "B", "C"]
    assert books.fault is None


def test_a_market_that_left_and_came_back_is_not_let_go_because_an_answer_was_lost() -> None:
    books = subscribed()
    books.unwant(["A"])
    books.say(0)
    books.want(["A"])
    books.say(0)
    books.hear(Acknowledged(id=3, sid=7), 1)
    books.hear(snapshot("A"), 1)

    books.check(5)

    assert (said(books, 5), books.fault) == ([], None)
    assert "A" in books.held


def test_answers_that_never_come_while_others_do_are_a_stall_in_the_end() -> None:
    books = subscribed(audit_seconds=1)
    books.want(["C"])
    for now in range(25):
        for command_id, action, tickers in said(books, now):
            for ticker in tickers if action == "get_snapshot" else []:
                books.hear(snapshot(ticker, command_id), now + 0.5)
        books.check(now + 0.9)

    assert books.fault is not None
    assert books.fault.detail == "no answer to add"


def test_commands_that_wait_for_silent_markets_hold_up_nothing() -> None:
    books = subscribed(None, "AB", batch=1, commands_in_flight=2)
    books.want("CD")
    books.say(0)
    books.hear(Acknowledged(id=2, sid=7), 0)
    books.hear(Acknowledged(id=3, sid=7), 0)
    books.heal_all()

    assert len(said(books, 0)) == 2
    books.hear(snapshot("B", 5), 0)
    assert len(said(books, 0)) == 2


def test_a_stranger_s_answers_change_nothing() -> None:
    books = subscribed()

    books.hear(Acknowledged(id=99), 0)
    books.hear(ErrorReply(id=99, code=9), 0)
    books.hear(ErrorReply(sid=8, seq=1, code=25), 0)

    assert (books.sid, list(books.held), books.fault) == (7, ["A", "B"], None)
