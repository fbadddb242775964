"""Mistakes that recorders of this exchange have made, by name. Each is told through the whole way:
a capture is brought on to a tape, and the tape is asked.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from playhead.base.time import Micros
from playhead.history.capture import Kind, Record
from playhead.history.markets import MarketNotFound
from playhead.history.rewind import BookAnswer, Clock, Rewind, State
from playhead.storage.postgres import Database
from tests.history.ingest.frames import START, delta, mark, ok, record, snapshot
from tests.history.taping import Taping, capture_store, now_micros, write_capture

MILLI = 1_000
SECOND = 1_000_000
Ask = Callable[..., BookAnswer]
Tape = Callable[[Iterable[Record]], Ask]


@pytest.fixture
def tape(new_database: Callable[[], str], tmp_path: Path) -> Tape:
    """Bring records on to a tape; what comes back answers for an instant after START."""

    def taped(records: Iterable[Record]) -> Ask:
        url, store = new_database(), capture_store(tmp_path)
        write_capture(store, [mark(Kind.STARTED, -SECOND, 0), mark(Kind.OPENED), *records])
        Taping(url, store).ingest()

        def ask(at: int, ticker: str = "A", clock: Clock = Clock.RECEIVED) -> BookAnswer:
            async def answer() -> BookAnswer:
                async with Database.open(url, connections=1) as database:
                    instant = Micros(START + at)
                    return await Rewind(database).book(
                        ticker, at=instant, clock=clock, now=now_micros()
                    )

            return asyncio.run(answer())

        return ask

    return taped


def yes_bids(answer: BookAnswer) -> dict[int, int] | None:
    return (
        None if answer.found is None else {int(p): int(s) for p, s in answer.found.book.yes.items()}
    )


def test_seq_per_ticker(tape: Tape) -> None:
    """Numbers count per subscription: those of one market have holes, and nothing is missing."""
    ask = tape(
        [
            snapshot(1, "A", at=10),
            snapshot(2, "B", at=20),
            *(delta(n, "AB"[n % 2], size="1.00", at=n * 10) for n in range(3, 21)),
            ok(21, at=300),
            delta(22, "A", size="1.00", at=400),
        ]
    )

    assert yes_bids(ask(250)) == {420_000: 900}
    assert yes_bids(ask(250, "B")) == {420_000: 900}
    assert ask(350).coverage.state is State.PROVEN


def test_seq_per_ticker_misses_that_a_gap_may_have_hit_every_market(tape: Tape) -> None:
    ask = tape(
        [
            snapshot(1, "A", at=10),
            snapshot(2, "B", at=20),
            delta(4, "A", at=30),
            delta(5, "B", at=40),
            delta(6, "B", at=50),
        ]
    )

    assert [ask(35, ticker).coverage.cause for ticker in "AB"] == ["gap", "gap"]


def test_stitching_over_a_gap(tape: Tape) -> None:
    """Changes after a loss are not added to the book of before it."""
    ask = tape(
        [
            snapshot(1, yes={"0.4200": "5.00"}, at=10),
            delta(2, at=20),
            delta(4, at=40),
            delta(5, at=50),
            snapshot(6, id=1, yes={"0.4200": "30.00"}, at=60),
            delta(7, at=70),
            delta(8, at=80),
        ]
    )

    assert yes_bids(ask(15)) == {420_000: 500}
    lost = ask(55)
    assert (lost.found, lost.coverage.cause) == (None, "gap")
    assert yes_bids(ask(75)) == {420_000: 3500}


def test_stitching_two_subscriptions_whose_numbers_begin_anew(tape: Tape) -> None:
    ask = tape(
        [
            snapshot(1, yes={"0.4200": "5.00"}, at=10),
            delta(2, at=20),
            mark(Kind.CLOSED, 30, 1, cause="disconnect"),
            mark(Kind.OPENED, 40, 2),
            delta(3, at=50, connection=2),
            snapshot(4, yes={"0.4200": "7.00"}, at=60, connection=2),
            delta(5, at=70, connection=2),
            delta(6, at=80, connection=2),
        ]
    )

    assert ask(55).coverage.cause == "disconnect"
    assert yes_bids(ask(65)) == {420_000: 700}


@pytest.mark.parametrize("clock", list(Clock))
def test_a_delta_stamped_like_its_snapshot_lost(tape: Tape, clock: Clock) -> None:
    """Order is told by the numbers, not by times, of which many are the same."""
    told = START // MILLI
    ask = tape(
        [
            snapshot(1, yes={"0.4200": "5.00"}, at=0, sending_ts_ms=told - 1),
            delta(2, at=0, exchange_ms=0),
            delta(3, at=0, exchange_ms=0),
            delta(4, "B", at=10 * MILLI, exchange_ms=10),
            delta(5, "B", at=20 * MILLI, exchange_ms=20),
        ]
    )

    assert yes_bids(ask(5 * MILLI, clock=clock)) == {420_000: 1500}


def test_an_empty_book_answered_as_not_recorded(tape: Tape) -> None:
    body = {"type": "orderbook_snapshot", "sid": 1, "seq": 1, "msg": {"market_ticker": "A"}}
    ask = tape([record(body, at=10), ok(2, at=20), ok(3, at=30)])

    answer = ask(15)
    assert answer.coverage.state is State.PROVEN
    assert answer.found is not None
    assert (answer.found.book.yes, answer.found.book.no) == ({}, {})


def test_a_book_that_becomes_empty_answered_as_not_recorded(tape: Tape) -> None:
    ask = tape([snapshot(1, at=10), delta(2, at=20), delta(3, size="-5.00", at=30), ok(4, at=40)])

    assert yes_bids(ask(35)) == {}


def test_not_recorded_answered_as_an_empty_book(tape: Tape) -> None:
    listed = {"ticker": "KNOWN", "status": "active"}
    page = {"path": "/trade-api/v2/markets", "query": "", "status": 200}
    told = {**page, "body": json.dumps({"markets": [listed], "cursor": ""})}
    ask = tape([record(told, kind=Kind.REST, connection=0), snapshot(1, at=10), ok(2, at=20)])

    unheard = ask(15, "KNOWN")
    assert (unheard.coverage.state, unheard.found) == (State.UNKNOWN, None)
    with pytest.raises(MarketNotFound):
        ask(15, "NEVER-HEARD-OF")


def status(at: int, *, active: bool) -> Record:
    shard = {"exchange_index": 0, "exchange_active": active, "trading_active": active}
    body = json.dumps({**shard, "exchange_index_statuses": [shard]})
    answer = {"path": "/trade-api/v2/exchange/status", "query": "", "status": 200, "body": body}
    return record(answer, kind=Kind.REST, at=at, connection=0)


def test_maintenance_called_a_gap(tape: Tape) -> None:
    """Being cut off while the exchange rests is no fault of the record; afterwards it is."""
    ask = tape(
        [
            status(0, active=True),
            snapshot(1, at=10),
            ok(2, at=SECOND),
            status(2 * SECOND, active=False),
            mark(Kind.CLOSED, 3 * SECOND, 1, cause="disconnect"),
            status(9 * SECOND, active=True),
            mark(Kind.OPENED, 20 * SECOND, 2),
            snapshot(1, at=20 * SECOND, connection=2),
            ok(2, at=21 * SECOND),
        ]
    )

    assert [ask(at * SECOND).coverage.cause for at in (4, 8, 15)] == [
        "exchange_closed",
        "exchange_closed",
        "disconnect",
    ]


def test_a_pause_that_nobody_was_cut_off_in_changes_nothing(tape: Tape) -> None:
    ask = tape(
        [
            status(0, active=True),
            snapshot(1, at=10),
            status(SECOND, active=False),
            ok(2, at=2 * SECOND),
            status(3 * SECOND, active=True),
            ok(3, at=4 * SECOND),
        ]
    )

    assert ask(1_500_000).coverage.state is State.PROVEN
