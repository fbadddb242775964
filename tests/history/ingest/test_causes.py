"""What ends the knowledge of a book: its name, its last good event, exactly its markets."""

import json
from typing import Any

import pytest

from playhead.base.time import Micros
from playhead.history.capture import Kind, Record
from playhead.history.ingest import Limits
from playhead.history.ingest.batch import Batch
from tests.history.ingest.frames import START, delta, frame, mark, new_ingest, ok, record, snapshot

CENTS = [{"start": "0.0000", "end": "1.0000", "step": "0.0100"}]
TENTHS = [{"start": "0.0000", "end": "1.0000", "step": "0.0010"}]
SECOND = 1_000_000
CROSSED = snapshot(1, yes={"0.4200": "5.00"}, no={"0.5000": "5.00"})


def batch_of(*records: Record, limits: Limits | None = None) -> Batch:
    ingest = new_ingest(limits=limits)
    ingest.feed(records)
    return ingest.take_batch()


def causes(batch: Batch) -> list[tuple[str, int, int | None]]:
    """Market number, cause, last known instant after START."""
    return [
        (c.ending.cause, c.market_id, None if c.received_to is None else c.received_to - START)
        for c in batch.closed
    ]


def grid(ticker: str, ranges: list[dict[str, str]], *, at: int = 0) -> Record:
    """What REST tells of a market's prices."""
    market = {"ticker": ticker, "status": "active", "price_ranges": ranges}
    body = json.dumps({"markets": [market], "cursor": ""})
    answer = {"path": "/trade-api/v2/markets", "query": "", "status": 200, "body": body}
    return record(answer, kind=Kind.REST, at=at, connection=0)


def sent_at(frame_record: Record, milliseconds: int) -> Record:
    """The frame with its time of sending, after START."""
    body = json.loads(frame_record.payload)
    told = {**body, "sending_ts_ms": START // 1000 + milliseconds}
    assert frame_record.received_at is not None
    return record(told, at=frame_record.received_at // 1000 - START)


# -- prices ---------------------------------------------------------------------------------------


def test_a_price_off_the_market_s_grid_ends_that_market_alone_at_its_last_good_event() -> None:
    batch = batch_of(
        grid("A", CENTS),
        snapshot(1, "A", at=10),
        snapshot(2, "B", at=20),
        delta(3, "A", price="0.4250", at=30),
        delta(4, "B", price="0.4250", at=40),
    )

    assert causes(batch) == [("off_grid_price", 1, 19)]
    assert [(i.cause, i.markets) for i in batch.incidents] == [("off_grid_price", 1)]
    assert batch.events.columns().market_id.tolist() == [2]


@pytest.mark.parametrize("price", ["0.0000", "1.0000"])
def test_no_bid_can_be_at_nothing_or_at_a_dollar_whatever_the_grid(price: str) -> None:
    assert [cause for cause, *_ in causes(batch_of(snapshot(1), delta(2, price=price)))] == [
        "off_grid_price"
    ]


def test_a_grid_that_was_once_told_still_allows_its_prices() -> None:
    batch = batch_of(
        grid("A", TENTHS), grid("A", CENTS), snapshot(1), delta(2, price="0.4250"), delta(3)
    )

    assert batch.closed == []


def test_a_snapshot_off_the_grid_shows_that_the_grid_is_outdated() -> None:
    batch = batch_of(
        grid("A", CENTS), snapshot(1, yes={"0.4250": "1.00"}), delta(2, price="0.4350")
    )

    assert batch.closed == []
    assert len(batch.events) == 1


# -- crossed books --------------------------------------------------------------------------------


def test_a_book_that_stays_crossed_is_ended_before_the_last_snapshot_that_agreed() -> None:
    batch = batch_of(
        CROSSED,
        delta(2, side="no", price="0.6000", at=10, exchange_ms=10),
        delta(3, "B", at=20, exchange_ms=900),
        delta(4, "B", at=30, exchange_ms=1020),
    )

    assert causes(batch) == [("crossed_book", 1, -1)]
    assert [c.ending.detected_at for c in batch.closed] == [START + 30]


def test_a_book_that_is_crossed_for_a_moment_is_none_the_worse() -> None:
    batch = batch_of(
        CROSSED,
        delta(2, side="no", price="0.6000", exchange_ms=10),
        delta(3, side="no", price="0.6000", size="-5.00", exchange_ms=500),
        delta(4, "B", exchange_ms=5000),
    )

    assert batch.closed == []


def test_a_crossed_book_is_also_ended_by_its_own_changes_where_no_time_is_told() -> None:
    changes = [delta(n, price="0.0100", size="1.00") for n in range(3, 110)]
    batch = batch_of(CROSSED, delta(2, side="no", price="0.6000"), *changes)

    assert [cause for cause, *_ in causes(batch)] == ["crossed_book"]
    assert len(batch.events) == 100


def test_a_crossed_book_that_the_exchange_itself_tells_is_its_own_affair() -> None:
    told = snapshot(1, yes={"0.4200": "5.00"}, no={"0.6000": "5.00"})
    batch = batch_of(told, delta(2, "B", exchange_ms=10), delta(3, exchange_ms=9000))

    assert batch.closed == []


# -- what is not one ------------------------------------------------------------------------------


def test_a_message_of_an_unknown_type_is_kept_counted_and_harmless() -> None:
    odd = record(frame("market_weather", {"x": 1}, sid=1, seq=2), at=5)
    batch = batch_of(snapshot(1), odd, delta(3, at=9))

    assert batch.closed == []
    assert batch.counters["unknown: market_weather"] == 1


@pytest.mark.parametrize("cause", ["unsubscribed", "end_of_recording"])
def test_what_was_wanted_is_no_incident(cause: str) -> None:
    ending = {
        "unsubscribed": record(frame("unsubscribed", sid=1, seq=2)),
        "end_of_recording": mark(Kind.FINISHED, 1, 0),
    }[cause]
    batch = batch_of(snapshot(1), ending)

    assert [(c.ending.cause, c.ending.incident_id) for c in batch.closed] == [(cause, None)]
    assert batch.incidents == []


# -- the times of receipt -------------------------------------------------------------------------


def test_a_backlog_is_told_as_lag_between_two_frames_in_time_and_ends_nothing() -> None:
    batch = batch_of(
        sent_at(snapshot(1, at=1000), 0),
        sent_at(delta(2, at=2 * SECOND), 2000),
        sent_at(delta(3, at=9 * SECOND), 3000),
        sent_at(delta(4, at=9 * SECOND + 5), 9000),
        sent_at(delta(5, at=10 * SECOND), 10_000),
    )

    (fault,) = batch.clock_faults.values()
    assert (fault.cause, fault.received_from, fault.received_to) == (
        "lag",
        START + 2 * SECOND + 1,
        START + 9 * SECOND + 4,
    )
    assert batch.closed == []
    assert len(batch.events) == 4


def test_a_clock_that_differs_from_the_exchange_s_by_minutes_is_no_lag() -> None:
    batch = batch_of(sent_at(snapshot(1, at=0), -300_000), sent_at(delta(2, at=SECOND), -299_000))

    assert batch.clock_faults == {}


def test_a_lag_ends_with_its_connection() -> None:
    batch = batch_of(
        sent_at(snapshot(1, at=0), 0),
        sent_at(delta(2, at=8 * SECOND), 1000),
        mark(Kind.CLOSED, 9 * SECOND, cause="disconnect"),
    )

    assert [f.received_to for f in batch.clock_faults.values()] == [START + 8 * SECOND]


def test_instants_that_come_twice_because_our_clock_was_set_back_are_a_clock_step() -> None:
    batch = batch_of(
        snapshot(1, at=0), delta(2, at=60 * SECOND), delta(3, at=2 * SECOND), delta(4, at=SECOND)
    )

    spans = [(f.received_from, f.received_to, f.cause) for f in batch.clock_faults.values()]
    peak = START + 60 * SECOND
    assert spans == [
        (START + 2 * SECOND, peak, "clock_step"),
        (START + SECOND, peak, "clock_step"),
    ]
    assert batch.closed == []


def test_a_clock_that_goes_back_by_milliseconds_stands_still_and_is_no_step() -> None:
    assert batch_of(snapshot(1, at=50_000), delta(2, at=1000)).clock_faults == {}


def test_a_connection_that_was_silent_before_our_clock_was_set_back_tells_instants_twice_too() -> (
    None
):
    batch = batch_of(
        snapshot(1, "A", at=0, connection=1),
        snapshot(1, "B", at=60 * SECOND, connection=2),
        delta(2, "A", at=30 * SECOND, connection=1),
        snapshot(1, "C", at=31 * SECOND, connection=3),
    )

    spans = [(f.connection, f.received_from, f.received_to) for f in batch.clock_faults.values()]
    peak = START + 60 * SECOND
    assert spans == [(1, START + 30 * SECOND, peak), (3, START + 31 * SECOND, peak)]


def test_a_clock_step_lasts_until_a_later_instant_than_any_before_it_is_surely_there() -> None:
    batch = batch_of(
        snapshot(1, at=0),
        delta(2, at=60 * SECOND),
        delta(3, at=50 * SECOND),
        delta(4, at=59 * SECOND),
        delta(5, at=61 * SECOND),
        delta(6, at=62 * SECOND),
    )

    spans = [(f.received_from, f.received_to) for f in batch.clock_faults.values()]
    assert spans == [(START + 50 * SECOND, START + 61 * SECOND - 1)]
    assert batch.counters["clock_step"] == 1


def test_a_clock_step_goes_on_close_below_the_latest_instant_too() -> None:
    close = 60 * SECOND - 50_000
    batch = batch_of(
        snapshot(1, "A", at=0, connection=1),
        snapshot(1, "B", at=60 * SECOND, connection=2),
        delta(2, "A", at=50 * SECOND, connection=1),
        delta(2, "B", at=close, connection=2),
    )

    spans = [(f.connection, f.received_from) for f in batch.clock_faults.values()]
    assert spans == [(1, START + 50 * SECOND), (2, START + close)]


def test_connections_that_an_import_holds_one_after_the_other_have_a_clock_each() -> None:
    ingest = new_ingest(one_clock=False)
    ingest.feed(
        [
            snapshot(1, at=0),
            delta(2, at=60 * SECOND),
            snapshot(1, at=SECOND, connection=2),
            delta(2, at=30 * SECOND, connection=2),
            delta(3, at=10 * SECOND, connection=2),
        ]
    )

    faults = ingest.take_batch().clock_faults.values()
    assert [(f.connection, f.received_from - START) for f in faults] == [(2, 10 * SECOND)]


# -- incidents ------------------------------------------------------------------------------------


def test_one_gap_is_one_incident_of_all_markets_and_heals_market_by_market() -> None:
    batch = batch_of(
        snapshot(1, "A", at=1),
        snapshot(2, "B", at=2),
        delta(4, "A", at=30),
        snapshot(5, "A", id=1, at=40),
        snapshot(6, "B", id=1, at=50),
    )

    (incident,) = batch.incidents
    assert (incident.cause, incident.markets, incident.received_to) == ("gap", 2, START + 1)
    assert incident.detected_at == START + 30
    assert batch.healed == {incident.incident_id: (2, START + 50)}
    assert {c.ending.incident_id for c in batch.closed} == {incident.incident_id}


def test_a_market_that_has_ended_needs_no_healing() -> None:
    determined = record(
        frame("market_lifecycle_v2", {"event_type": "determined", "market_ticker": "A"}, sid=9)
    )
    batch = batch_of(snapshot(1), delta(3), determined)

    assert [count for count, _ in batch.healed.values()] == [1]


def test_a_market_that_had_ended_before_needs_no_healing_either() -> None:
    determined = record(
        frame("market_lifecycle_v2", {"event_type": "determined", "market_ticker": "A"}, sid=9)
    )
    batch = batch_of(snapshot(1), determined, delta(3))

    assert [i.markets for i in batch.incidents] == [1]
    assert [count for count, _ in batch.healed.values()] == [1]


def test_a_market_that_is_let_go_inside_a_gap_needs_no_healing() -> None:
    params = {"action": "delete_markets", "sids": [1], "market_tickers": ["A"]}
    batch = batch_of(
        snapshot(1), delta(3), record({"id": 9, "params": params}, kind=Kind.SENT), ok(4)
    )

    assert [count for count, _ in batch.healed.values()] == [1]


def test_a_dead_socket_is_named_as_the_recorder_named_it() -> None:
    batch = batch_of(snapshot(1, at=5), mark(Kind.CLOSED, 99, cause="dead_connection"))

    assert causes(batch) == [("dead_connection", 1, 4)]


# -- trades and the exchange's state --------------------------------------------------------------


def trade(trade_id: str, *, at: int) -> Record:
    msg: dict[str, Any] = {
        "trade_id": trade_id,
        "market_ticker": "A",
        "yes_price_dollars": "0.2300",
        "no_price_dollars": "0.7700",
        "count_fp": "12.50",
        "taker_side": "no",
        "ts_ms": START // 1000 + 4,
    }
    return record(frame("trade", msg, sid=2, seq=at), at=at)


def test_a_trade_that_is_told_twice_is_one_trade_as_first_told() -> None:
    batch = batch_of(trade("t1", at=1), trade("t1", at=2), trade("t2", at=3))

    rows = [(t.trade_id, t.received_at, t.exchange_at) for t in batch.trades.values()]
    assert rows == [("t1", START + 1, START + 4000), ("t2", START + 3, START + 4000)]
    first = next(iter(batch.trades.values()))
    assert (first.yes_price, first.size, first.taker_side) == (230_000, 1250, 1)


def status(at: int, *, trades: bool, code: int = 200) -> Record:
    shard = {"exchange_index": 2, "exchange_active": True, "trading_active": trades}
    body = {"exchange_active": True, "trading_active": True, "exchange_index_statuses": [shard]}
    answer = {"path": "/trade-api/v2/exchange/status", "query": "", "status": code}
    told = {**answer, "body": json.dumps(body)}
    return record(told, kind=Kind.REST, at=at, connection=0)


def test_the_exchange_s_state_is_noted_when_it_changes() -> None:
    batch = batch_of(
        status(1, trades=True),
        status(2, trades=True),
        status(3, trades=False, code=503),
        status(4, trades=True),
    )

    changes = [(at - START, active) for index, at, active in batch.exchange_states if index == 2]
    assert changes == [(1, True), (3, False), (4, True)]


def test_a_pause_that_ended_while_no_recorder_ran_is_known_no_longer_than_one_did() -> None:
    batch = batch_of(
        status(1, trades=False),
        mark(Kind.ALIVE, 7),
        mark(Kind.STARTED, 60 * SECOND, 0),
        mark(Kind.STARTED, 70 * SECOND, 0),
        status(71 * SECOND, trades=True),
    )

    assert [(at - START, on) for index, at, on in batch.exchange_states if index == 2] == [
        (1, False),
        (8, True),
    ]


def test_a_pause_that_goes_on_after_a_restart_is_one_pause() -> None:
    batch = batch_of(
        status(1, trades=False),
        mark(Kind.STARTED, 60 * SECOND, 0),
        status(61 * SECOND, trades=False),
        status(90 * SECOND, trades=True),
    )

    assert [(at - START, on) for index, at, on in batch.exchange_states if index == 2] == [
        (1, False),
        (90 * SECOND, True),
    ]


def test_announced_maintenance_is_noted() -> None:
    window = {"start_datetime": "2026-11-26T08:00:00Z", "end_datetime": "2026-11-26T10:00:00Z"}
    body = json.dumps({"schedule": {"maintenance_windows": [window, {"start_datetime": 5}]}})
    answer = {"path": "/trade-api/v2/exchange/schedule", "query": "", "status": 200, "body": body}
    batch = batch_of(record(answer, kind=Kind.REST, connection=0))

    assert batch.maintenance == {(Micros(1_795_680_000_000_000), Micros(1_795_687_200_000_000))}
