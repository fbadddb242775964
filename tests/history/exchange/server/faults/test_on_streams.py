"""Faults of whole subscriptions and connections."""

import asyncio
from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError

from playhead.history.exchange import FaultKind, Injected, InvalidFault, UnknownConnection
from tests.history.exchange.server.faults.bench import BOOKS, TRADES, Bench, numbers, told, true

pytestmark = pytest.mark.anyio


async def wait_until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


def recorded(test: Bench, kind: FaultKind, sid: int | None) -> Injected:
    """What is on record of the loss of every book."""
    now, tickers = test.exchange.simulation.now, tuple(test.tickers)
    return Injected(kind, now, test.number, sid, tickers, loses=True)


async def test_a_counter_starts_again_at_one(test: Bench) -> None:
    record = test.faults.sequence_restart(test.number, BOOKS)
    test.pass_time()
    frames = await test.frames()

    assert numbers(frames) == list(range(1, len(frames) + 1))
    assert told(frames) == true(test.truth)
    assert (record.sid, record.loses) == (BOOKS, False)


@pytest.mark.parametrize("code", [10, 25])
async def test_an_error_ends_the_subscription(test: Bench, code: int) -> None:
    record = getattr(test.faults, f"error_{code}")(test.number, BOOKS)
    assert record == recorded(test, FaultKind(f"error_{code}"), BOOKS)
    test.pass_time()
    (error,) = await test.frames()

    assert (error["type"], error["msg"]["code"]) == ("error", code)
    assert test.faults.books_of(test.number) == []


async def test_a_frozen_subscription_says_nothing_though_pongs_and_others_go_on(
    test: Bench,
) -> None:
    record = test.faults.freeze(test.number, BOOKS)
    assert record == recorded(test, FaultKind.FREEZE, BOOKS)
    await test.update("get_snapshot", test.tickers[0])
    test.pass_time(3.0)
    books, trades = await test.frames(BOOKS), await test.frames(TRADES)
    test.pass_time(3.0)
    trades += await test.frames(TRADES)
    await (await test.client.socket.ping())

    assert books == []
    assert trades
    seq = test.exchange.connections[test.number].session.subscriptions[BOOKS].seq
    assert seq > test.last_seq + 1 + len(test.truth)


async def test_a_frozen_trade_stream_loses_no_book(test: Bench) -> None:
    assert not test.faults.freeze(test.number, TRADES).loses


async def test_what_is_frozen_acts_on_nothing_more(test: Bench) -> None:
    test.faults.drop(test.number, BOOKS)
    test.faults.freeze(test.number, BOOKS)
    test.faults.duplicate(test.number, BOOKS)
    test.pass_time()

    assert test.faults.pending == []
    assert [record.kind for record in test.log] == [FaultKind.FREEZE]


async def test_a_black_hole_answers_nothing_and_stays_until_the_client_leaves(
    test: Bench,
) -> None:
    record = test.faults.black_hole(test.number)
    assert record == recorded(test, FaultKind.BLACK_HOLE, None)
    await test.update("get_snapshot", test.tickers[0])
    pong = await test.client.socket.ping()
    test.pass_time()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(test.client.socket.recv(), 0.3)
    assert isinstance(pong, asyncio.Future)
    assert not pong.done()
    assert test.number in test.exchange.connections
    test.client.socket.transport.abort()
    await wait_until(lambda: test.number not in test.exchange.connections)


async def test_a_black_hole_is_left_also_by_a_client_that_only_says_goodbye(test: Bench) -> None:
    test.faults.black_hole(test.number)
    await test.client.socket.close()

    await wait_until(lambda: test.number not in test.exchange.connections)


async def test_delayed_frames_wait_and_then_come_in_order_as_they_were(test: Bench) -> None:
    began = test.exchange.simulation.now
    record = test.faults.delay(test.number, 2.0)
    test.pass_time(0.5)
    await (await test.client.socket.ping())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(test.client.socket.recv(), 0.1)
    held = test.truth
    test.pass_time(1.5)
    frames = await test.frames()

    assert told(frames) == true(held + test.truth)
    assert numbers(frames) == list(range(test.last_seq + 1, test.last_seq + 1 + len(frames)))
    assert frames[0]["sending_ts_ms"] <= held[0].at // 1000 + 2
    assert (record.until, record.loses) == (began + 2_000_000, False)
    test.pass_time()
    assert told(await test.frames()) == true(test.truth)


async def test_of_two_delays_the_longer_one_holds(test: Bench) -> None:
    test.faults.delay(test.number, 2.0)
    test.faults.delay(test.number, 0.5)
    test.pass_time(1.0)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(test.client.socket.recv(), 0.1)
    with pytest.raises(InvalidFault):
        test.faults.delay(test.number, 0)

    test.pass_time(1.0)
    assert await test.frames()


async def test_a_connection_may_end_while_its_frames_are_held_back(test: Bench) -> None:
    test.faults.delay(test.number, 2.0)
    test.pass_time()
    test.faults.reset(test.number)

    await wait_until(lambda: test.number not in test.exchange.connections)
    test.pass_time(3.0)


async def test_a_black_hole_keeps_what_was_held_back(test: Bench) -> None:
    test.faults.delay(test.number, 1.0)
    test.pass_time()
    await (await test.client.socket.ping())  # by now the writer holds a frame
    test.faults.black_hole(test.number)
    test.pass_time(2.0)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(test.client.socket.recv(), 0.1)


async def test_a_reset_comes_without_a_goodbye(test: Bench) -> None:
    record = test.faults.reset(test.number)
    with pytest.raises(ConnectionClosedError) as closed:
        await test.client.next()

    assert closed.value.rcvd is None
    assert record == recorded(test, FaultKind.RESET, None)
    await wait_until(lambda: test.number not in test.exchange.connections)
    with pytest.raises(UnknownConnection):
        test.faults.reset(test.number)


@pytest.mark.parametrize("code", [1001, 1008])
async def test_a_close_says_its_code(test: Bench, code: int) -> None:
    test.pass_time()
    record = getattr(test.faults, f"close_{code}")(test.number)
    test.pass_time()
    with pytest.raises(ConnectionClosed) as closed:
        await test.client.until("nothing that there is")

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code
    assert record.kind == f"close_{code}"
    assert record.loses
    await wait_until(lambda: test.number not in test.exchange.connections)
