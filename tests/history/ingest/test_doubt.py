"""Records that leave doubt: what they may have changed is unknown, never proven wrongly."""

from typing import Any

from playhead.history.capture import Kind, Record
from playhead.history.ingest.batch import Batch
from playhead.history.tape import NO_TIME
from tests.history.ingest.frames import START, delta, frame, mark, new_ingest, ok, record, snapshot

FINISHED = mark(Kind.FINISHED, at=None)
DELETION = {"action": "delete_markets", "sids": [1], "market_tickers": ["A"]}
TORN = '{"type":"orderbook_del'


def batch_of(*records: Record) -> Batch:
    ingest = new_ingest()
    ingest.feed(records)
    return ingest.take_batch()


def closings(batch: Batch) -> list[tuple[str, int | None]]:
    """Cause and last known instant (microseconds after START) of each interval that ended."""
    return [
        (c.ending.cause, None if c.received_to is None else c.received_to - START)
        for c in batch.closed
    ]


def vouched(batch: Batch) -> int | None:
    assert batch.progress is not None
    to = batch.progress.streams[0].received_to
    return None if to is None else to - START


def sent(params: dict[str, Any], number: int = 9) -> Record:
    return record({"id": number, "params": params}, kind=Kind.SENT)


def test_an_unreadable_change_in_its_place_ends_every_book_of_the_sid() -> None:
    odd = delta(3, "A", price="0.1234567", at=30)
    batch = batch_of(snapshot(1, "A", at=10), snapshot(2, "B", at=20), odd, delta(4, "B", at=40))

    assert closings(batch) == [("unreadable", 19), ("unreadable", 19)]
    assert batch.events.columns().position.tolist() == []


def test_after_an_unreadable_change_an_asked_snapshot_opens_the_book_again() -> None:
    odd = delta(2, price="0.1234567")
    batch = batch_of(snapshot(1), odd, snapshot(3, id=7), delta(4))

    assert len(batch.opened) == 2
    assert len(batch.events) == 1


def test_an_unreadable_message_of_another_sid_leaves_books_alone() -> None:
    trade = record(frame("trade", {"trade_id": "t"}, sid=2, seq=1))

    assert closings(batch_of(snapshot(1), trade, delta(2))) == []


def test_after_a_torn_frame_the_next_number_of_a_sid_tells_whether_it_was_one_of_its() -> None:
    torn = record(TORN, at=50)
    waiting = batch_of(snapshot(1, at=10), torn, mark(Kind.ALIVE, at=90))
    other = batch_of(snapshot(1, at=10), torn, delta(2, at=90))
    own = batch_of(snapshot(1, at=10), torn, delta(3, at=90))

    assert (vouched(waiting), vouched(other)) == (9, 89)
    assert closings(own) == [("unreadable", 9)]


def test_a_gap_long_after_a_torn_frame_is_a_gap() -> None:
    batch = batch_of(snapshot(1, at=10), record(TORN), delta(2, at=20), delta(4, at=30))

    assert closings(batch) == [("gap", 19)]


def test_a_sid_that_no_table_holds_leaves_doubt_about_all() -> None:
    odd = delta(2, sid=2**31, at=50)

    assert closings(batch_of(snapshot(1, at=10), odd, delta(3, at=60))) == [("unreadable", 9)]


def test_a_change_without_a_number_ends_every_book_of_the_sid() -> None:
    batch = batch_of(snapshot(1, at=10), delta(2, at=20), delta(None, at=30), delta(3, at=40))

    assert closings(batch) == [("unreadable", 19)]
    assert len(batch.events) == 1


def test_a_snapshot_without_a_time_is_not_dated_by_a_time_from_before_it() -> None:
    batch = batch_of(
        snapshot(1, "B"),
        delta(2, "B", exchange_ms=50),
        snapshot(3, "A"),
        snapshot(4, "C"),
        delta(5, "B"),
        delta(6, "B", exchange_ms=70),
    )

    known_from = {market - 1: at - START for (market, _), at in batch.exchange_from.items()}
    assert known_from == {0: 50_000, 1: 70_000, 2: 70_000}


def test_a_book_that_changed_at_no_known_time_is_not_dated_later() -> None:
    batch = batch_of(snapshot(1, "A"), delta(2, "A"), delta(3, "A", exchange_ms=70))

    assert batch.exchange_from == {}


def test_a_book_dated_by_its_sending_alone_ends_before_it_began_by_that_clock() -> None:
    lost = batch_of(snapshot(1, sending_ts_ms=START // 1000), delta(3, exchange_ms=70))

    assert [c.exchange_to for c in lost.closed] == [START + 999]


def test_a_connection_number_that_comes_again_ends_what_it_stood_for() -> None:
    again = mark(Kind.OPENED, at=60)
    batch = batch_of(mark(Kind.OPENED), snapshot(1, at=10), again, snapshot(1, at=70), FINISHED)

    assert closings(batch) == [("disconnect", 9), ("end_of_recording", 70)]


def test_a_quiet_book_is_known_until_its_last_message_when_another_connection_takes_over() -> None:
    batch = batch_of(
        snapshot(1, at=10),
        mark(Kind.ALIVE, at=90),
        snapshot(1, at=95, connection=2),
        delta(2, "B", at=97),
    )

    assert closings(batch) == [("superseded", 10)]


def test_a_removal_is_acknowledged_also_without_a_sid() -> None:
    acknowledged = record(frame("ok", {}, id=9), at=40)

    assert closings(batch_of(snapshot(1, at=10), sent(DELETION), acknowledged)) == [
        ("unsubscribed", 10)
    ]


def test_a_market_that_was_let_go_inside_a_gap_is_not_opened_by_an_asked_snapshot() -> None:
    batch = batch_of(snapshot(1, "A"), sent(DELETION), delta(4, "B"), snapshot(5, "A", id=10))

    assert [o.market_id for o in batch.opened] == [1]
    assert closings(batch) == [("gap", -1)]


def test_a_refused_removal_leaves_the_market_in() -> None:
    refused = record(frame("error", {"code": 27, "msg": "Too many requests"}, id=9))
    batch = batch_of(
        snapshot(1, "A"), sent(DELETION), refused, delta(4, "A"), snapshot(5, "A", id=10)
    )

    assert len(batch.opened) == 2


def test_a_subscription_that_is_told_after_its_first_messages_keeps_its_count() -> None:
    told = record(frame("subscribed", {"channel": "orderbook_delta", "sid": 1}, id=1))

    assert closings(batch_of(snapshot(1), told, delta(3))) == [("gap", -1)]


def test_an_end_that_does_not_say_of_what_ends_every_book_of_the_connection() -> None:
    end = record(frame("error", {"code": 25, "msg": "Subscription buffer overflow"}), at=40)

    assert closings(batch_of(snapshot(1, at=10), end)) == [("overflow", 9)]


def test_an_acknowledgement_of_something_else_removes_nothing() -> None:
    assert closings(batch_of(snapshot(1), sent(DELETION), ok(2, id=8), delta(3))) == []


def test_a_time_of_the_exchange_from_far_ahead_vouches_for_nothing() -> None:
    batch = batch_of(snapshot(1), delta(2, exchange_ms=50), delta(3, exchange_ms=10**9), delta(5))

    assert [c.exchange_to for c in batch.closed] == [START + 49_999]
    assert batch.events.columns().exchange_at.tolist() == [START + 50_000, NO_TIME]


def test_a_level_beyond_all_integers_ends_its_book() -> None:
    steps = [delta(n + 2, size="999999999999999.00") for n in range(100)]

    assert [cause for cause, _ in closings(batch_of(snapshot(1), *steps))] == ["negative_size"]


ADDITION = {"action": "add_markets", "sids": [1], "market_tickers": ["A"]}


def test_a_market_whose_first_snapshot_was_lost_is_opened_by_one_that_was_asked_for() -> None:
    batch = batch_of(
        snapshot(1, "B"), sent(ADDITION), ok(2, id=9), snapshot(4, "A", id=10), delta(5, "A")
    )

    assert [o.opened_by for o in batch.opened] == ["snapshot", "get_snapshot"]
    assert len(batch.events) == 1


def test_a_market_that_is_not_confirmed_yet_is_not_opened_by_an_asked_snapshot() -> None:
    assert len(batch_of(snapshot(1, "B"), sent(ADDITION), snapshot(2, "A", id=10)).opened) == 1


def test_an_answer_to_a_later_addition_shows_that_an_earlier_removal_was_carried_out() -> None:
    records = [
        snapshot(1, "A"),
        sent(DELETION, 9),
        sent(ADDITION, 10),
        delta(4, "B"),  # the answer to the removal is lost
        ok(5, id=10),
        delta(7, "B"),  # and so is the snapshot
        snapshot(8, "A", id=11),
    ]

    assert len(batch_of(*records).opened) == 2


def test_a_first_subscription_names_its_markets() -> None:
    params = {"channels": ["orderbook_delta"], "market_tickers": ["A"]}
    told = record(frame("subscribed", {"channel": "orderbook_delta", "sid": 1}, id=9))
    batch = batch_of(sent(params), told, delta(2, "A"), snapshot(3, "A", id=10))

    assert [o.opened_by for o in batch.opened] == ["get_snapshot"]
