"""What records add to the tape: when a book is known, until when, and why no longer."""

import json

import pytest

from playhead.history.capture import Kind, Record
from playhead.history.ingest import Ingest
from playhead.history.ingest.batch import Batch
from playhead.history.ingest.live import EVENTS_A_SEGMENT
from tests.history.ingest.frames import START, delta, frame, mark, new_ingest, ok, record, snapshot


def batch_of(*records: Record, ingest: Ingest | None = None) -> Batch:
    used = ingest or new_ingest()
    used.feed(records)
    return used.take_batch()


def closings(batch: Batch) -> dict[int, tuple[str, int | None]]:
    """Cause and last known instant (microseconds after START) by market number."""
    return {
        c.market_id: (c.ending.cause, None if c.received_to is None else c.received_to - START)
        for c in batch.closed
    }


def test_changes_after_a_snapshot_take_positions_in_order() -> None:
    batch = batch_of(snapshot(1), delta(2), delta(3))

    assert [o.from_position & 0xFFFF for o in batch.opened] == [1]
    assert [p & 0xFFFF for p in batch.events.columns().position.tolist()] == [2, 3]
    assert batch.closed == []


def test_a_missing_number_ends_every_market_of_the_sid_at_the_last_good_message() -> None:
    batch = batch_of(
        snapshot(1, "A", at=10),
        snapshot(2, "B", at=20),
        delta(3, "A", at=30),
        delta(5, "B", at=50),
    )

    assert closings(batch) == {1: ("gap", 29), 2: ("gap", 29)}
    assert len(batch.events) == 1


def test_a_gap_on_one_sid_leaves_the_other_alone() -> None:
    batch = batch_of(
        snapshot(1, "A", sid=1), snapshot(1, "B", sid=2), delta(3, "A", sid=1), delta(2, "B", sid=2)
    )

    assert closings(batch) == {1: ("gap", -1)}
    assert batch.events.columns().market_id.tolist() == [2]


def test_a_number_that_goes_back_ends_every_market_under_a_name_of_its_own() -> None:
    batch = batch_of(snapshot(4), delta(5, at=9), delta(3))

    assert closings(batch) == {1: ("sequence_back", 8)}
    assert batch.counters["sequence_back"] == 1


def test_a_number_that_comes_twice_with_other_content_ends_every_market() -> None:
    batch = batch_of(snapshot(1), delta(2, size="1.00", at=9), delta(2, size="2.00"))

    assert closings(batch) == {1: ("sequence_back", 8)}
    assert batch.counters["duplicate"] == 0


def test_a_copy_that_was_sent_later_is_still_a_copy() -> None:
    again = record({**json.loads(delta(2).payload), "sending_ts_ms": START // 1000 + 7})
    batch = batch_of(snapshot(1), delta(2), again, delta(3))

    assert batch.closed == []
    assert batch.counters["duplicate"] == 1


def test_a_doubled_message_is_applied_once() -> None:
    batch = batch_of(snapshot(1), delta(2), delta(2), delta(3))

    assert len(batch.events) == 2
    assert batch.counters["duplicate"] == 1


def test_an_asked_snapshot_that_repeats_the_last_number_is_taken() -> None:
    batch = batch_of(snapshot(1), delta(2), snapshot(2, id=7, yes={"0.4200": "5.00"}, at=3))

    assert [v.received_at for v in batch.verified.values()] == [START + 3]


def test_nothing_is_known_yet_at_the_newest_instant_itself() -> None:
    batch = batch_of(snapshot(1), delta(2, at=30, exchange_ms=20))

    assert batch.progress is not None
    mark_ = batch.progress.streams[0]
    assert (mark_.received_to, mark_.exchange_to) == (START + 29, START + 19_999)


def test_after_a_loss_the_last_exchange_instant_is_unknown_for_a_tie_may_be_lost() -> None:
    lost = batch_of(snapshot(1), delta(2, exchange_ms=20), delta(4, exchange_ms=21))
    whole = batch_of(snapshot(1), delta(2, exchange_ms=20), mark(Kind.FINISHED, at=None))

    assert [c.exchange_to for c in lost.closed] == [START + 19_999]
    assert [c.exchange_to for c in whole.closed] == [START + 20_000]


def test_a_control_reply_takes_a_number_of_its_sid() -> None:
    batch = batch_of(snapshot(1), ok(2), delta(3))

    assert batch.closed == []
    assert len(batch.events) == 1


def test_a_control_reply_without_a_number_is_no_gap() -> None:
    assert batch_of(snapshot(1), ok(None), delta(2)).closed == []


def test_nothing_is_guessed_between_a_gap_and_the_next_snapshot() -> None:
    batch = batch_of(snapshot(1), delta(3), delta(4), snapshot(5, id=7), delta(6))

    assert len(batch.opened) == 2
    assert [p & 0xFFFF for p in batch.events.columns().position.tolist()] == [3]
    assert batch.counters["change of an unknown book"] == 2


def test_a_snapshot_that_agrees_verifies_and_one_that_differs_ends_the_interval() -> None:
    agreed = batch_of(snapshot(1), delta(2), snapshot(3, yes={"0.4200": "5.00"}, at=9))
    differed = batch_of(snapshot(1), delta(2), snapshot(3, yes={"0.4200": "6.00"}, at=9))

    assert [v.received_at for v in agreed.verified.values()] == [START + 9]
    assert len(agreed.opened) == 1
    assert closings(differed) == {1: ("snapshot_mismatch", -1)}
    assert len(differed.opened) == 2


@pytest.mark.parametrize(
    "contradiction",
    [snapshot(4, "A", yes={"0.4200": "6.00"}), delta(4, "A", size="-9.00", exchange_ms=90)],
    ids=["snapshot_mismatch", "negative_size"],
)
def test_a_contradicted_book_keeps_by_either_clock_only_what_a_snapshot_agreed_with(
    contradiction: Record,
) -> None:
    batch = batch_of(
        snapshot(1, "A", sending_ts_ms=START // 1000),
        delta(2, "A", at=10, exchange_ms=20),
        delta(3, "B", at=70, exchange_ms=80),
        contradiction,
    )

    (closed,) = batch.closed
    assert (closed.received_to, closed.exchange_to) == (START - 1, START + 999)


def test_a_snapshot_asked_for_a_market_that_is_not_subscribed_opens_nothing() -> None:
    batch = batch_of(snapshot(1, "A"), snapshot(2, "B", id=7))

    assert [o.market_id for o in batch.opened] == [1]


def test_an_empty_book_is_known_to_be_empty() -> None:
    body = frame("orderbook_snapshot", {"market_ticker": "A"}, sid=1, seq=1)

    assert [o.levels for o in batch_of(record(body)).opened] == [{}]


@pytest.mark.parametrize(("code", "cause"), [(25, "overflow"), (10, "channel_error")])
def test_an_error_that_ends_a_subscription_ends_its_markets(code: int, cause: str) -> None:
    error = record(frame("error", {"code": code, "msg": "x"}, sid=1, seq=3), at=40)

    assert closings(batch_of(snapshot(1), delta(2, at=30), error)) == {1: (cause, 29)}


def test_an_error_about_a_command_ends_nothing() -> None:
    error = record(frame("error", {"code": 7, "msg": "Unknown subscription ID"}, id=4))

    assert batch_of(snapshot(1), error, delta(2)).closed == []


def test_removed_markets_are_unknown_from_the_acknowledgement_on() -> None:
    params = {"action": "delete_markets", "sids": [1], "market_tickers": ["A"]}
    sent = record({"id": 9, "cmd": "update_subscription", "params": params}, kind=Kind.SENT)
    batch = batch_of(snapshot(1, "A"), snapshot(2, "B"), sent, delta(3, "A", at=5), ok(4, at=6))

    assert closings(batch) == {1: ("unsubscribed", 6)}
    assert len(batch.events) == 1


def test_an_acknowledgement_that_lists_markets_ends_those_it_leaves_out() -> None:
    batch = batch_of(snapshot(1, "A"), snapshot(2, "B"), ok(3, tickers=["B"]))

    assert closings(batch) == {1: ("unsubscribed", 0)}


def test_a_level_below_zero_ends_that_market_alone() -> None:
    batch = batch_of(snapshot(1, "A"), snapshot(2, "B"), delta(3, "A", size="-1.00"), delta(4, "B"))

    assert closings(batch) == {1: ("negative_size", -1)}
    assert batch.events.columns().market_id.tolist() == [2]


def test_a_contradicted_book_is_known_until_the_last_snapshot_that_agreed() -> None:
    batch = batch_of(
        snapshot(1, at=10),
        delta(2, at=20),
        snapshot(3, id=5, yes={"0.4200": "5.00"}, at=30),
        delta(4, at=40),
        snapshot(5, id=6, yes={"0.4200": "6.00"}, at=50),
    )

    assert closings(batch) == {1: ("snapshot_mismatch", 29)}
    assert [c.to_position & 0xFF for c in batch.closed] == [2]


def test_a_change_counts_at_the_newest_time_that_any_market_of_its_sid_has_told() -> None:
    batch = batch_of(
        snapshot(1, "A", at=0),
        snapshot(2, "B", at=1),
        delta(3, "A", exchange_ms=10, at=2),
        delta(4, "B", exchange_ms=100, at=90),
        delta(5, "A", exchange_ms=80, at=70),
    )

    changes = batch.events.columns()
    assert (changes.exchange_at - START).tolist() == [10_000, 100_000, 100_000]
    assert (changes.received_at - START).tolist() == [2, 90, 90]


def test_a_lost_connection_is_known_until_its_last_numbered_message_whatever_the_pongs() -> None:
    batch = batch_of(
        snapshot(1, at=10),
        ok(None, at=50),
        mark(Kind.ALIVE, at=90),
        mark(Kind.CLOSED, at=500, cause="stall"),
    )

    assert closings(batch) == {1: ("stall", 9)}


def test_pongs_and_unnumbered_replies_vouch_for_nothing_while_it_is_open() -> None:
    batch = batch_of(snapshot(1, at=10), delta(2, at=20), ok(None, at=50), mark(Kind.ALIVE, at=90))

    assert batch.progress is not None
    assert [stream.received_to for stream in batch.progress.streams] == [START + 19]


def test_a_restart_ends_every_earlier_connection() -> None:
    batch = batch_of(
        snapshot(1, "A", connection=1, at=10),
        snapshot(1, "B", connection=2, at=20),
        mark(Kind.STARTED, connection=0, at=900),
    )

    assert closings(batch) == {1: ("restart", 9), 2: ("restart", 19)}


def test_a_market_on_a_new_connection_supersedes_the_old_one() -> None:
    batch = batch_of(
        snapshot(1, connection=1, at=1), snapshot(1, connection=2, at=2), delta(2, connection=1)
    )

    assert closings(batch) == {1: ("superseded", 1)}
    assert batch.events.columns().position.tolist() == []
    assert batch.incidents == []


def test_a_finished_capture_closes_everything() -> None:
    ingest = new_ingest()
    batch = batch_of(snapshot(1), delta(2), mark(Kind.FINISHED, at=None), ingest=ingest)

    assert closings(batch) == {1: ("end_of_recording", 0)}
    assert ingest.finished
    assert [p.events for p in batch.planned] == [1]


def test_a_frame_that_cannot_be_read_harms_nothing_by_itself() -> None:
    batch = batch_of(snapshot(1), record('{"type":"orderbook_del'), delta(2))

    assert batch.closed == []
    assert batch.counters["Unparsable"] == 1


def test_a_full_run_becomes_a_segment_and_the_next_begins_with_a_keyframe() -> None:
    steps = [delta(n + 2, size="1.00") for n in range(EVENTS_A_SEGMENT + 1)]
    batch = batch_of(snapshot(1), *steps)

    assert [p.events for p in batch.planned] == [EVENTS_A_SEGMENT]
    after = batch.planned[0].last_position + 1
    assert after in {k.before_position for k in batch.keyframes}


def test_no_segment_reaches_across_the_edge_of_a_block() -> None:
    ingest = new_ingest(events_a_block=8)
    batch = batch_of(snapshot(1), *(delta(n + 2) for n in range(20)), ingest=ingest)

    spans = [(p.first_position % 64, p.last_position % 64) for p in batch.planned]
    assert spans == [(2, 7), (8, 15)]


def test_a_book_without_an_exchange_time_counts_from_the_next_time_of_its_sid() -> None:
    batch = batch_of(snapshot(1, "A"), snapshot(2, "B"), delta(3, "B", exchange_ms=70))

    assert batch.exchange_from == {
        (1, batch.opened[0].from_position): START + 70_000,
        (2, batch.opened[1].from_position): START + 70_000,
    }


def test_a_sent_snapshot_counts_from_the_millisecond_after_its_sending() -> None:
    batch = batch_of(snapshot(1, sending_ts_ms=START // 1000 + 5))

    assert [o.exchange_from for o in batch.opened] == [START + 6_000]


def test_a_clock_that_steps_back_stands_still_in_the_bounds_and_is_kept_in_the_events() -> None:
    batch = batch_of(
        snapshot(1, at=0), delta(2, at=50), delta(3, at=20), mark(Kind.FINISHED, at=None)
    )

    assert batch.events.columns().received_at.tolist() == [START + 50, START + 20]
    assert batch.planned[0].received_last == START + 50


def test_a_book_begins_no_earlier_than_its_subscription_had_told_already() -> None:
    batch = batch_of(snapshot(1, "B", at=50_000), snapshot(2, "A", at=10_000))

    assert [o.received_from for o in batch.opened] == [START + 50_000, START + 50_000]
