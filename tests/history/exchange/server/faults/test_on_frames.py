"""Faults of single frames, as a client sees them, and the record that is kept."""

import json

import pytest

from playhead.history.books import Size
from playhead.history.exchange import FaultKind, Injected, InvalidFault, UnknownConnection
from tests.history.exchange.server.faults.bench import (
    BOOKS,
    TRADES,
    Bench,
    numbers,
    told,
    true,
)

pytestmark = pytest.mark.anyio


async def test_dropped_frames_leave_a_hole_of_their_number(test: Bench) -> None:
    waiting = test.faults.drop(test.number, BOOKS, k=3, only_changes=True)
    await test.update("delete_markets", "KXNONE")
    (reply,) = await test.frames()
    test.pass_time()
    frames = await test.frames()

    lost = test.truth[:3]
    assert told(frames) == true(test.truth[3:])
    assert (reply["type"], reply["seq"]) == ("ok", test.last_seq + 1)
    assert frames[0]["seq"] == test.last_seq + 5
    tickers = tuple(dict.fromkeys(change.ticker for change in lost))
    record = Injected(FaultKind.DROP, lost[0].at, test.number, BOOKS, tickers, loses=True)
    assert test.log == [waiting.injected] == [record]
    assert test.faults.pending == []


async def test_a_reply_that_is_dropped_costs_its_number_and_no_change(test: Bench) -> None:
    test.faults.drop(test.number, BOOKS)
    await test.update("delete_markets", "KXNONE")
    await test.update("get_snapshot", test.tickers[0])
    (snapshot,) = await test.frames()

    assert snapshot["seq"] == test.last_seq + 2
    (record,) = test.log
    assert (record.tickers, record.loses) == ((), False)


async def test_a_snapshot_that_is_dropped_is_a_loss_and_a_trade_is_none(test: Bench) -> None:
    test.faults.drop(test.number, BOOKS)
    test.faults.drop(test.number, TRADES)
    await test.update("get_snapshot", test.tickers[0])
    await test.texts()
    test.pass_time(3.0)

    book, trade = test.log
    assert (book.sid, book.tickers, book.loses) == (BOOKS, (test.tickers[0],), True)
    assert (trade.sid, trade.loses) == (TRADES, False)


async def test_a_duplicate_comes_twice_under_one_number(test: Bench) -> None:
    test.faults.duplicate(test.number, BOOKS)
    test.pass_time()
    first, again, *rest = await test.frames()

    assert first == again
    assert told([first, *rest]) == true(test.truth)
    assert numbers([first, *rest]) == list(range(first["seq"], first["seq"] + len(rest) + 1))
    (record,) = test.log
    assert (record.kind, record.loses) == (FaultKind.DUPLICATE, False)


async def test_two_neighbours_change_places_and_nothing_is_lost(test: Bench) -> None:
    test.faults.swap(test.number, BOOKS)
    test.pass_time()
    second, first, *rest = await test.frames()

    assert told([first, second, *rest]) == true(test.truth)
    assert (first["seq"], second["seq"]) == (test.last_seq + 1, test.last_seq + 2)
    assert second["sending_ts_ms"] >= first["sending_ts_ms"]
    (record,) = test.log
    assert (record.at, record.loses) == (test.truth[0].at, False)
    assert set(record.tickers) == {change.ticker for change in test.truth[:2]}


async def test_a_cut_frame_is_half_of_one(test: Bench) -> None:
    test.faults.cut(test.number, BOOKS, only_changes=True)
    test.pass_time()
    torn, *rest = await test.texts()

    with pytest.raises(json.JSONDecodeError):
        json.loads(torn)
    assert torn.startswith('{"type":"orderbook_delta"')
    frames = [frame for frame in map(json.loads, rest) if frame["sid"] == BOOKS]
    assert told(frames) == true(test.truth[1:])
    assert frames[0]["seq"] == test.last_seq + 2
    assert test.log[0].loses


async def test_a_change_that_is_lost_silently_leaves_no_hole(test: Bench) -> None:
    test.pass_time(1.0)
    busiest = test.truth[-1].ticker
    test.last_seq = (await test.frames())[-1]["seq"]
    test.faults.lose_silently(test.number, BOOKS, ticker=busiest)
    test.pass_time(5.0)
    frames = await test.frames()

    lost = next(change for change in test.truth if change.ticker == busiest)
    test.truth.remove(lost)
    assert told(frames) == true(test.truth)
    assert numbers(frames) == list(range(test.last_seq + 1, test.last_seq + 1 + len(frames)))
    kind = FaultKind.LOSE_SILENTLY
    assert test.log == [Injected(kind, lost.at, test.number, BOOKS, (busiest,), loses=True)]


async def test_an_altered_change_differs_in_its_size_alone(test: Bench) -> None:
    test.faults.alter_size(test.number, BOOKS, by=Size(-200))
    test.pass_time()
    frames = await test.frames()

    (ticker, altered), *rest = told(frames)
    truth = test.truth[0]
    assert (ticker, altered.side, altered.price) == (truth.ticker, truth.side, truth.price)
    assert altered.size == (truth.size - 200 or -200)
    assert rest == true(test.truth[1:])
    assert numbers(frames) == list(range(test.last_seq + 1, test.last_seq + 1 + len(frames)))
    assert test.log[0].loses


async def test_a_large_ok_is_whole_json_of_more_than_a_mebibyte(test: Bench) -> None:
    test.faults.large_ok(test.number, BOOKS)
    await test.update("delete_markets", "KXNONE")
    (text,) = await test.texts()

    reply = json.loads(text)
    assert len(text) > 2**20
    assert (reply["type"], reply["sid"], reply["seq"]) == ("ok", BOOKS, test.last_seq + 1)
    assert reply["msg"]["market_tickers"] == test.tickers
    assert not test.log[0].loses


async def test_what_waits_acts_in_turn_and_is_told_until_it_has(test: Bench) -> None:
    waiting = [test.faults.duplicate(test.number, BOOKS), test.faults.drop(test.number, BOOKS)]
    assert (test.faults.pending, test.log) == (waiting, [])
    test.pass_time()
    frames = await test.frames()

    assert numbers(frames)[:3] == [test.last_seq + n for n in (1, 1, 3)]
    assert [record.kind for record in test.log] == ["duplicate", "drop"]
    assert test.faults.pending == []
    assert test.exchange.connections[test.number].session.tampering is None


async def test_what_waits_for_a_subscription_that_ends_never_acts(test: Bench) -> None:
    waiting = test.faults.lose_silently(test.number, BOOKS)
    await test.client.say("unsubscribe", sids=[BOOKS])
    await test.texts()
    test.pass_time()

    assert (waiting.injected, test.faults.pending, test.log) == (None, [], [])


async def test_what_does_not_exist_or_makes_no_sense_is_refused(test: Bench) -> None:
    number = test.number
    for connection, sid in ((number + 1, BOOKS), (number, 9), (number, TRADES)):
        with pytest.raises(UnknownConnection):
            test.faults.alter_size(connection, sid)
    with pytest.raises(UnknownConnection):
        test.faults.books_of(number + 1)
    with pytest.raises(InvalidFault):
        test.faults.drop(number, BOOKS, k=0)
    with pytest.raises(InvalidFault):
        test.faults.alter_size(number, BOOKS, by=Size(0))

    assert test.faults.books_of(number) == [BOOKS]
    assert test.log == []
    assert test.faults.pending == []
