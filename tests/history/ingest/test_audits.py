"""Books held against snapshots in sequence, and against REST books of some moment."""

import json
from urllib.parse import urlencode

from playhead.history.capture import Kind, Record
from playhead.history.ingest import Ingest
from playhead.history.ingest.batch import Batch
from tests.history.ingest.frames import START, delta, mark, new_ingest, record, snapshot

PATH = "/trade-api/v2/markets/orderbooks"
SECOND = 1_000_000
FIVE = {"0.4200": "5.00"}
TEN = {"0.4200": "10.00"}


def ask(*tickers: str, at: int) -> Record:
    query = urlencode([("tickers", ticker) for ticker in tickers])
    return record({"get": PATH, "query": query}, kind=Kind.SENT, at=at, connection=0)


def answer(books: dict[str, dict[str, str]], *, at: int, status: int = 200) -> Record:
    query = urlencode([("tickers", ticker) for ticker in books])
    listed = [
        {"ticker": ticker, "orderbook_fp": {"yes_dollars": list(book.items()), "no_dollars": []}}
        for ticker, book in books.items()
    ]
    body = json.dumps({"orderbooks": listed})
    told = {"path": PATH, "query": query, "status": status, "body": body}
    return record(told, kind=Kind.REST, at=at, connection=0)


def batch_of(*records: Record, ingest: Ingest | None = None) -> Batch:
    used = ingest or new_ingest()
    used.feed(records)
    return used.take_batch()


def outcomes(batch: Batch) -> list[tuple[str, bool, int]]:
    """Kind, whether it agrees, and the position in the capture."""
    return [(a.kind, a.matches, a.position & 0xFFFF) for a in batch.audits]


def test_a_snapshot_that_agrees_is_kept_as_a_match_and_verifies() -> None:
    batch = batch_of(snapshot(1), delta(2), snapshot(3, id=7, yes=FIVE, at=9))

    assert outcomes(batch) == [("snapshot", True, 2)]
    assert [v.received_at for v in batch.verified.values()] == [START + 9]
    assert [(a.said, a.held) for a in batch.audits] == [({840_000: 500}, None)]


def test_a_snapshot_that_differs_is_kept_with_both_books() -> None:
    batch = batch_of(snapshot(1), delta(2), snapshot(3, id=7, yes=TEN))

    assert [(a.matches, a.said, a.held) for a in batch.audits] == [
        (False, {840_000: 1000}, {840_000: 500})
    ]
    assert [c.ending.cause for c in batch.closed] == ["snapshot_mismatch"]


def test_a_rest_book_of_before_the_change_that_came_meanwhile_agrees() -> None:
    batch = batch_of(
        snapshot(1, yes=FIVE),
        ask("A", at=10),
        delta(2, at=20),
        answer({"A": FIVE}, at=30),
    )

    assert outcomes(batch) == [("rest", True, 1)]
    assert (batch.audits[0].asked_at, batch.audits[0].received_at) == (START + 10, START + 30)


def test_a_rest_book_of_a_moment_between_two_changes_agrees() -> None:
    batch = batch_of(
        snapshot(1), ask("A", at=10), delta(2), delta(3), delta(4), answer({"A": TEN}, at=30)
    )

    assert outcomes(batch) == [("rest", True, 3)]


def test_a_rest_book_may_be_ahead_of_the_socket() -> None:
    batch = batch_of(
        snapshot(1), ask("A", at=10), answer({"A": FIVE}, at=30), delta(2, at=SECOND), delta(3)
    )

    assert outcomes(batch) == [("rest", True, 2)]


def test_a_rest_book_that_did_not_change_meanwhile_verifies_as_of_the_request() -> None:
    batch = batch_of(snapshot(1, yes=FIVE), ask("A", at=10), answer({"A": FIVE}, at=30))

    assert [v.received_at for v in batch.verified.values()] == [START + 10]


def test_a_rest_book_that_agrees_while_the_book_changes_may_do_so_by_chance() -> None:
    fifteen, twenty = {"0.4200": "15.00"}, {"0.4200": "20.00"}
    batch = batch_of(
        snapshot(1, yes=TEN, at=1),  # another 5 come at once, and are never told
        ask("A", at=10),
        answer({"A": fifteen}, at=30),
        delta(2, at=40),
        snapshot(3, id=7, yes=twenty, at=50),
    )

    assert outcomes(batch) == [("rest", True, 2), ("snapshot", False, 2)]
    assert [c.received_to for c in batch.closed] == [START]


def test_what_its_subscription_does_not_vouch_for_no_rest_book_proves() -> None:
    batch = batch_of(
        snapshot(1, yes=FIVE, at=1),
        snapshot(2, "B", at=50),
        ask("A", at=2 * SECOND),
        answer({"A": FIVE}, at=2 * SECOND),
        snapshot(3, id=7, yes=TEN, at=3 * SECOND),
    )

    assert [c.received_to for c in batch.closed] == [START + 49]


def test_what_a_silent_subscription_has_not_told_yet_may_be_what_rest_shows() -> None:
    batch = batch_of(
        snapshot(1, yes=FIVE),
        ask("A", at=10),
        answer({"A": TEN}, at=30),
        snapshot(1, "C", at=9 * SECOND, connection=2),
        delta(2, at=10 * SECOND),
    )

    assert outcomes(batch) == [("rest", True, 3)]
    assert batch.closed == []


def test_a_subscription_that_was_silent_and_goes_on_otherwise_shows_that_a_book_was_wrong() -> None:
    batch = batch_of(
        snapshot(1, yes=FIVE),
        ask("A", at=10),
        answer({"A": TEN}, at=30),
        snapshot(1, "C", at=9 * SECOND, connection=2),
        delta(2, "B", at=11 * SECOND),
    )

    assert [c.ending.cause for c in batch.closed] == ["rest_mismatch"]


def test_a_snapshot_that_agrees_verifies_by_the_newest_time_that_its_subscription_told() -> None:
    batch = batch_of(
        snapshot(1, sending_ts_ms=START // 1000),
        delta(2, "B", exchange_ms=500),
        snapshot(3, id=7),
        snapshot(4, id=8, yes=TEN),
    )

    assert [c.exchange_to for c in batch.closed] == [START + 499_999]


def test_a_rest_book_that_was_never_ours_ends_the_interval_before_the_last_match() -> None:
    batch = batch_of(
        snapshot(1, at=1),
        delta(2, at=5),
        snapshot(3, id=7, yes=FIVE, at=9),
        ask("A", at=10),
        answer({"A": TEN}, at=30),
        delta(4, "B", at=6 * SECOND),
    )

    assert outcomes(batch)[-1] == ("rest", False, 2)
    (closed,) = batch.closed
    assert (closed.ending.cause, closed.received_to) == ("rest_mismatch", START + 8)
    assert closed.ending.detected_at == START + 6 * SECOND


def test_a_book_that_was_lost_meanwhile_is_not_compared() -> None:
    batch = batch_of(
        snapshot(1, at=1),
        ask("A", at=10),
        delta(3, at=20),
        answer({"A": TEN}, at=30),
        snapshot(4, id=1, at=40),
        delta(5, "B", at=9 * SECOND),
    )

    assert batch.audits == []
    assert [c.ending.cause for c in batch.closed] == ["gap"]


def test_a_socket_that_lags_behind_rest_is_not_compared() -> None:
    late = json.loads(delta(2, "B").payload) | {"sending_ts_ms": START // 1000}
    prompt = json.loads(snapshot(1).payload) | {"sending_ts_ms": START // 1000}
    batch = batch_of(
        record(prompt, at=0),
        ask("A", at=10),
        answer({"A": TEN}, at=30),
        record(late, at=7 * SECOND),
    )

    assert batch.audits == []
    assert batch.closed == []


def test_an_answer_that_refuses_compares_nothing() -> None:
    batch = batch_of(
        snapshot(1), ask("A", at=10), answer({"A": TEN}, at=30, status=429), delta(2, at=9 * SECOND)
    )

    assert batch.audits == []


def test_audits_that_are_never_answered_are_forgotten() -> None:
    ingest = new_ingest()
    batch_of(snapshot(1), ask("A", at=10), delta(2, at=61 * SECOND), ingest=ingest)

    assert ingest.audits.watched == {}
    assert batch_of(answer({"A": TEN}, at=62 * SECOND), ingest=ingest).audits == []


def test_a_finished_capture_leaves_no_comparison_open() -> None:
    ingest = new_ingest()
    batch_of(snapshot(1), ask("A", at=10), mark(Kind.FINISHED, 20, 0), ingest=ingest)

    assert ingest.audits.watched == {}
