"""A book from records made by hand: what counts by an instant, and what proves that it is all."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from playhead.base.time import Micros
from playhead.history.books import Book, format_price, format_size
from playhead.history.capture import Kind, Record
from playhead.history.rewind import Clock
from playhead.history.verify import Derivation, Question, rederive
from tests.history.ingest.frames import START, delta, frame, mark, ok, record, snapshot

MILLI = 1000
LEVEL = "0.4200"
FINISHED = mark(Kind.FINISHED, at=None, connection=0)


def question(at: int, clock: Clock = Clock.RECEIVED, **others: Any) -> Question:
    return replace(Question("A", Micros(START + at), clock, 1, 1), **others)


def derived(*records: Record, at: int, clock: Clock = Clock.RECEIVED) -> Derivation:
    return rederive(numbered(records), question(at, clock))


def numbered(records: Iterable[Record]) -> list[Record]:
    """The records one after the other, ten bytes each."""
    return [
        msgspec.structs.replace(each, offset=10 * n, next_offset=10 * (n + 1))
        for n, each in enumerate(records)
    ]


def size(found: Derivation, price: str = LEVEL) -> str | None:
    """What rests at a price; None if there is no book."""
    return None if found.book is None else dict(levels(found.book)).get(price, "0.00")


def levels(book: Book) -> list[tuple[str, str]]:
    return [(format_price(price), format_size(each)) for price, each in book.yes.items()]


def test_a_change_at_the_instant_counts_and_a_later_one_confirms() -> None:
    records = [snapshot(1), delta(2, at=5), delta(3, at=6)]

    assert [size(derived(*records, at=at)) for at in (0, 4, 5)] == ["0.00", "0.00", "5.00"]
    assert derived(*records, at=5).confirmed_at == START + 6


def test_what_was_read_is_told() -> None:
    found = derived(
        snapshot(7),
        delta(8, at=1),
        snapshot(9, id=4, yes={LEVEL: "5.00"}, at=2),
        record(frame("ok", id=3), at=2),
        delta(10, "B", at=9),
        delta(11, at=10),
        at=3,
    )

    assert (found.first_number, found.last_number, found.changes, found.agreed) == (7, 10, 1, 1)
    assert (found.from_offset, found.to_offset, found.records, found.frames) == (0, 50, 5, 4)


def test_nothing_is_proven_at_the_newest_instant_while_more_may_come() -> None:
    found = derived(snapshot(1), delta(2, at=5), at=5)

    assert (found.book, found.confirmed_at) == (None, None)
    assert found.fault is not None
    assert "nothing recorded so far" in found.fault


@pytest.mark.parametrize(
    "vouches_for_nothing",
    [
        mark(Kind.ALIVE, at=9),
        ok(None, at=9),
        delta(1, sid=2, at=9),
        delta(2, connection=2, at=9),
        record('{"type":"orderbook_del', at=9),
    ],
    ids=["pong", "no number", "another subscription", "another connection", "torn"],
)
def test_only_a_number_of_the_subscription_confirms(vouches_for_nothing: Record) -> None:
    found = derived(snapshot(1), delta(2, at=1), vouches_for_nothing, at=5)

    assert found.book is None


@pytest.mark.parametrize(
    ("break_", "due"),
    [
        (delta(4, at=9), 5),
        (delta(1, at=9), 2),
        (delta(2, size="6.00", at=9), 3),
        (delta(None, at=9), 3),
        (delta(3, price="0.1234567", at=9), 4),
    ],
    ids=["gap", "back", "another under the same number", "no number", "unreadable"],
)
def test_a_break_before_the_confirmation_proves_nothing(break_: Record, due: int) -> None:
    found = derived(snapshot(1), delta(2, at=1), break_, delta(due, at=10), at=5)

    assert (found.book, found.sequence_unbroken) == (None, False)


def test_a_break_after_the_confirmation_takes_nothing_away() -> None:
    found = derived(snapshot(1), delta(2, at=6), delta(9, at=9), at=5)

    assert (size(found), found.sequence_unbroken) == ("0.00", True)


def test_a_message_that_comes_twice_counts_once() -> None:
    twice = delta(2, at=1)
    found = derived(snapshot(1), twice, twice, delta(3, at=9), at=5)

    assert (size(found), found.changes) == ("5.00", 1)


def test_a_snapshot_under_the_number_before_it_is_no_break() -> None:
    asked = snapshot(2, id=7, yes={LEVEL: "5.00"}, at=3)

    assert size(derived(snapshot(1), delta(2, at=1), asked, delta(3, at=9), at=5)) == "5.00"


def test_a_snapshot_that_contradicts_the_book_leaves_nothing_proven() -> None:
    asked = snapshot(3, id=7, yes={LEVEL: "6.00"}, at=3)
    found = derived(snapshot(1), delta(2, at=1), asked, delta(4, at=9), at=5)

    assert found.fault == "a later snapshot, still before the instant, contradicts the book"


def test_a_level_below_nothing_leaves_nothing_proven() -> None:
    found = derived(snapshot(1), delta(2, size="-1.00", at=1), delta(3, at=9), at=5)

    assert found.fault == "a level would hold -100 hundredths of a contract"


def test_by_the_exchange_a_change_counts_at_the_newest_time_of_any_market() -> None:
    records = [
        snapshot(1, sending_ts_ms=START // MILLI),
        delta(2, "B", exchange_ms=30),
        delta(3, "A", exchange_ms=10),
        delta(4, "B", exchange_ms=31),
    ]

    assert size(derived(*records, at=10 * MILLI, clock=Clock.EXCHANGE)) == "0.00"
    assert size(derived(*records, at=30 * MILLI, clock=Clock.EXCHANGE)) == "5.00"


def test_a_clock_that_steps_back_stands_still() -> None:
    records = [snapshot(1), delta(2, "B", at=50), delta(3, "A", at=20), delta(4, "B", at=60)]

    assert [size(derived(*records, at=at)) for at in (20, 50)] == ["0.00", "5.00"]


@pytest.mark.parametrize(
    "end",
    [FINISHED, mark(Kind.CLOSED, cause="end_of_recording"), ok(3, tickers=["B"], at=5)],
    ids=["finished", "end of an import", "let go"],
)
def test_an_end_at_which_nothing_is_missing_proves_the_last_instant(end: Record) -> None:
    found = derived(snapshot(1), delta(2, at=5), end, at=5)

    assert (size(found), found.confirmed_at) == ("5.00", START + 5)


@pytest.mark.parametrize(
    "end",
    [
        mark(Kind.CLOSED, cause="disconnect"),
        mark(Kind.OPENED),
        mark(Kind.STARTED, connection=0),
        record(frame("error", {"code": 25, "msg": "overflow"}, sid=1, seq=3), at=5),
        record(frame("error", {"code": 10, "msg": "channel error"}), at=5),
    ],
    ids=["disconnect", "number given again", "restart", "overflow", "error of no subscription"],
)
def test_after_any_other_end_the_last_instant_is_not_proven(end: Record) -> None:
    found = derived(snapshot(1), delta(2, at=5), end, delta(3, at=9), at=5)

    assert found.book is None
    assert found.fault is not None
    assert "ended" in found.fault


def test_a_market_let_go_by_command_ends_when_that_is_acknowledged() -> None:
    params = {"action": "delete_markets", "sids": [1], "market_ticker": "A"}
    command = record({"id": 9, "cmd": "update_subscription", "params": params}, kind=Kind.SENT)
    found = derived(snapshot(1), delta(2, at=5), command, record(frame("ok", id=9), at=6), at=5)

    assert size(found) == "5.00"


def test_a_market_taken_over_by_another_connection_is_whole_by_our_clock() -> None:
    over = snapshot(1, connection=2, at=6)
    records = [snapshot(1), delta(2, at=5, exchange_ms=1), over, delta(3, at=5, exchange_ms=1)]

    assert size(derived(*records, at=5)) == "5.00"
    assert derived(*records, at=MILLI, clock=Clock.EXCHANGE).book is None


@pytest.mark.parametrize(
    ("first", "fault"),
    [
        (delta(1), "there is no snapshot of A at offset 0"),
        (snapshot(1, "B"), "there is no snapshot of A at offset 0"),
        (snapshot(1, sid=2), "there is no snapshot of A at offset 0"),
        (snapshot(1, connection=2), "there is no snapshot of A at offset 0"),
        (mark(Kind.OPENED), "there is no snapshot of A at offset 0"),
        (snapshot(None), "the snapshot to start from has no number to go on from"),
        (snapshot(1, at=6), "the snapshot to start from is later than the instant"),
    ],
)
def test_what_is_no_snapshot_from_before_the_instant_is_refused(first: Record, fault: str) -> None:
    found = derived(first, delta(2, at=9), at=5)

    assert (found.book, found.snapshot_found, found.fault) == (None, False, fault)


def test_a_snapshot_sent_after_the_exchange_s_instant_is_refused() -> None:
    sent = snapshot(1, sending_ts_ms=START // MILLI + 5)

    assert not derived(sent, at=5 * MILLI + 999, clock=Clock.EXCHANGE).snapshot_found
    assert derived(sent, at=6 * MILLI, clock=Clock.EXCHANGE).snapshot_found


def test_no_bids_in_yes_prices_come_back_in_their_own() -> None:
    records = numbered([snapshot(1, no={"0.7000": "1.00"}), delta(2, "B", at=9)])
    found = rederive(records, question(5, use_yes_price=True))

    assert found.book is not None
    assert dict(found.book.no) == {300_000: 100}


def test_a_time_of_the_exchange_from_far_ahead_confirms_nothing() -> None:
    records = [snapshot(1, sending_ts_ms=START // MILLI), delta(2, "B", exchange_ms=10**9)]

    assert derived(*records, at=5 * MILLI, clock=Clock.EXCHANGE).book is None
