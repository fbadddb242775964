"""A running exchange over real sockets."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from itertools import pairwise

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from playhead.history.books import Book, Price, Side, Size, parse_price, parse_size, set_level
from playhead.history.exchange import PortInUse, running_exchange
from playhead.history.exchange.server import running as running_module
from playhead.history.exchange.simulated import Simulation
from tests.history.exchange.builders import START, Frame, after
from tests.history.exchange.server.sockets import (
    HEADERS,
    Client,
    Control,
    HandClock,
    client,
    options,
)

UPGRADE = (
    b"GET /trade-api/ws/v2 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    + b"".join(f"{name}: {value}\r\n".encode() for name, value in HEADERS.items())
    + b"\r\n"
)
Levels = tuple[dict[Price, Size], dict[Price, Size]]


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await test()

    asyncio.run(bounded())


def apply(books: dict[str, Levels], frame: Frame) -> None:
    msg = frame["msg"]
    if frame["type"] == "orderbook_snapshot":
        keys = ("yes_dollars_fp", "no_dollars_fp")
        yes, no = ({parse_price(p): parse_size(q) for p, q in msg[key]} for key in keys)
        books[msg["market_ticker"]] = (yes, no)
    elif frame["type"] == "orderbook_delta":
        side = Side.YES if msg["side"] == "yes" else Side.NO
        level, size = parse_price(msg["price_dollars"]), parse_size(msg["delta_fp"])
        set_level(books[msg["market_ticker"]][side], level, size)


async def subscribe(to: Client) -> None:
    await to.say("subscribe", channels=["orderbook_delta"], market_tickers=to.tickers)


async def wait_until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


def test_frames_over_a_socket_fold_to_the_books_of_an_equal_simulation() -> None:
    async def test() -> None:
        until, equal = after(3), Simulation(seed=7, start=START, markets=40, rate=2_000.0)
        async with client() as one:
            books: dict[str, Levels] = {}
            await subscribe(one)
            while True:
                frame = await one.next()
                if frame["msg"].get("ts_ms", 0) >= until // 1000:
                    break
                apply(books, frame)
        equal.advance(type(until)(until - 1))
        for ticker, (yes, no) in books.items():
            market = equal.market(ticker)
            assert market is not None
            assert Book(yes=yes, no=no) == market.book()

    run(test)


def test_a_connection_without_headers_gets_401_and_json() -> None:
    async def test() -> None:
        async with running_exchange(options()) as running:
            with pytest.raises(InvalidStatus) as refused:
                await connect(running.ws_url)
        response = refused.value.response
        assert response.status_code == 401
        assert b"token_authentication_failure" in bytes(response.body or b"")

    run(test)


def test_another_path_is_no_websocket() -> None:
    async def test() -> None:
        async with running_exchange(options()) as running:
            with pytest.raises(InvalidStatus):
                await connect(f"{running.ws_url}/more", additional_headers=HEADERS)

    run(test)


def test_pings_say_heartbeat_and_need_no_pong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running_module, "PING_SECONDS", 0.05)
    ping = b"\x89\x09heartbeat"

    async def test() -> None:
        async with running_exchange(options()) as running:
            reader, writer = await asyncio.open_connection(running.host, running.port)
            writer.write(UPGRADE)
            await reader.readuntil(b"\r\n\r\n")
            assert await reader.readexactly(3 * len(ping)) == 3 * ping
            writer.close()
            await writer.wait_closed()

    run(test)


def test_a_slow_reader_gets_error_25_and_silence_in_bounded_memory() -> None:
    async def test() -> None:
        clock = HandClock()
        async with client(clock, most_buffered=50, rate=5_000.0) as one:
            await subscribe(one)
            connection = one.running.exchange.connections[1]
            await wait_until(lambda: bool(connection.session.subscriptions))
            while connection.session.subscriptions:
                clock.move(1)
                await wait_until(lambda: one.running.exchange.simulation.now == clock.now)
                assert len(connection.outbox) <= 51
            last = (await one.until("error"))[-1]
            assert (last["sid"], last["msg"]["code"]) == (1, 25)
            await one.say("list_subscriptions")
            assert (await one.next())["type"] == "ok"

    run(test)


def test_a_client_that_leaves_is_forgotten() -> None:
    async def test() -> None:
        async with client() as one:
            await subscribe(one)
            await one.next()
            one.socket.transport.abort()
            await wait_until(lambda: not one.running.exchange.connections)

    run(test)


def test_disconnecting_resets_the_wire_without_a_close() -> None:
    async def test() -> None:
        async with client() as one:
            async with Control(one.running) as control:
                assert (await control.cause(fault="reset")).status_code == 200
            with pytest.raises(ConnectionClosedError) as closed:
                await one.next()
            assert closed.value.rcvd is None
            await wait_until(lambda: not one.running.exchange.connections)

    run(test)


def test_dropping_one_leaves_a_hole_in_the_numbers_of_its_sid() -> None:
    async def test() -> None:
        async with client() as one, Control(one.running) as control:
            await subscribe(one)
            before = (await one.until("orderbook_delta"))[-1]["seq"]
            assert (await control.cause(fault="drop_one", sid=1)).status_code == 200
            numbers = [before] + [(await one.next())["seq"] for _ in range(2_000)]
            steps = [later - early for early, later in pairwise(numbers)]
            assert sorted(steps)[-2:] == [1, 2]

    run(test)


def test_ending_a_subscription_sends_its_error() -> None:
    async def test() -> None:
        async with client() as one, Control(one.running) as control:
            await subscribe(one)
            await one.until("orderbook_delta")
            await control.cause(fault="error_10", sid=1, connection=1)
            last = (await one.until("error"))[-1]
            assert last["msg"] == {"code": 10, "msg": "Channel error"}

    run(test)


def test_faults_that_fit_nothing_are_refused() -> None:
    async def test() -> None:
        async with client() as one, Control(one.running) as control:
            assert (await control.cause(fault="drop_one", sid=9)).status_code == 404
            assert (await control.cause(fault="reset", connection=9)).status_code == 404
            assert (await control.cause(fault="dance")).status_code == 400

    run(test)


def test_control_shows_the_true_books_and_how_many_changes_made_them() -> None:
    async def test() -> None:
        async with client() as one, Control(one.running) as control:
            shown = (await control.books()).json()
        equal = Simulation(seed=7, start=START, markets=40, rate=2_000.0)
        equal.advance(shown["now"])
        assert set(shown["books"]) == set(equal.venue.markets)
        for ticker, market in equal.venue.markets.items():
            book = shown["books"][ticker]
            assert book["deltas"] == market.deltas
            yes = {parse_price(p): parse_size(q) for p, q in book["yes_dollars"]}
            assert yes == market.book().yes

    run(test)


def test_without_being_asked_for_there_is_no_control_surface() -> None:
    async def test() -> None:
        async with client(control_surface=False) as one, Control(one.running) as control:
            assert (await control.books()).status_code == 404

    run(test)


def test_rest_answers_on_the_same_port() -> None:
    async def test() -> None:
        async with running_exchange(options()) as running, httpx2.AsyncClient() as http:
            status = await http.get(f"{running.rest_url}/exchange/status")
            assert status.json()["exchange_active"] is True

    run(test)


def test_exchange_time_follows_the_clock_times_the_speed() -> None:
    async def test() -> None:
        async with running_exchange(options(speed=50.0, rate=100.0)) as running:
            simulation = running.exchange.simulation
            await wait_until(lambda: simulation.now > after(5))
            early = simulation.now
            await asyncio.sleep(0.4)
            assert 8_000_000 < simulation.now - early < 40_000_000

    run(test)


def test_observers_hear_of_everything_that_happens() -> None:
    async def test() -> None:
        heard: list[object] = []
        async with running_exchange(options()) as running:
            running.exchange.observers.append(heard.append)
            await wait_until(lambda: len(heard) > 500)

    run(test)


def test_a_busy_port_is_said_to_be_taken() -> None:
    async def test() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            with pytest.raises(PortInUse, match="is taken"):
                async with running_exchange(options(port=taken.getsockname()[1])):
                    pass

    run(test)


def test_what_goes_wrong_inside_comes_out_as_itself() -> None:
    async def test() -> None:
        async with running_exchange(options()):
            raise LookupError("of the body")

    with pytest.raises(LookupError, match="of the body"):
        run(test)


def test_an_exchange_that_breaks_down_ends_what_runs_on_it() -> None:
    def broken(happening: object) -> None:
        raise LookupError("of the exchange")

    async def test() -> None:
        async with running_exchange(options()) as running:
            running.exchange.observers.append(broken)
            await asyncio.sleep(30)

    with pytest.raises(LookupError, match="of the exchange"):
        run(test)
