"""A connection whose client stalls, leaves, or talks nonsense."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, cast

from starlette.websockets import WebSocket, WebSocketDisconnect

from playhead.history.exchange import ExchangeOptions
from playhead.history.exchange.server.connection import Connection
from playhead.history.exchange.server.dialogue import Dialogue
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.outbox import Outbox
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.server.transport import WIRE
from tests.history.exchange.builders import simulation


class Stalling:
    """A socket that takes ``patience`` frames and then no more until it is cut."""

    def __init__(self, *messages: dict[str, Any], patience: int = 1_000) -> None:
        self.sent: list[str] = []
        self.scope = {"extensions": {WIRE: {"wire": None}}}
        self._messages = list(messages)
        self._patience = patience
        self._is_cut = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if not self._messages:
            await asyncio.Event().wait()
        return self._messages.pop(0)

    async def send_text(self, text: str) -> None:
        if len(self.sent) == self._patience:
            await self._is_cut.wait()
            raise WebSocketDisconnect(1006)
        self.sent.append(text)

    def cut(self) -> None:
        self._is_cut.set()


def connected(socket: Stalling, most_buffered: int = 3) -> Connection:
    exchange, outbox = simulation(), Outbox(most_buffered)
    hub = Hub(exchange)
    session = Session(exchange, hub, outbox, ExchangeOptions())
    dialogue = Dialogue(exchange, hub, session)
    return Connection(cast(WebSocket, socket), session, dialogue, outbox)


def subscribe_to_everything() -> dict[str, Any]:
    tickers = list(simulation().venue.markets)
    params = {"channels": ["orderbook_delta"], "market_tickers": tickers}
    text = json.dumps({"id": 1, "cmd": "subscribe", "params": params})
    return {"type": "websocket.receive", "text": text}


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 10))


def test_a_big_answer_waits_for_a_slow_reader_instead_of_piling_up() -> None:
    async def test() -> None:
        connection = connected(Stalling(subscribe_to_everything(), patience=2))
        running = asyncio.create_task(connection.run())
        for _ in range(100):
            await asyncio.sleep(0)
        assert 3 <= len(connection.outbox) <= 4
        running.cancel()

    run(test())


def test_a_client_that_leaves_ends_the_connection_even_while_its_answer_waits() -> None:
    async def test() -> None:
        socket = Stalling(subscribe_to_everything(), patience=2)
        running = asyncio.create_task(connected(socket).run())
        await asyncio.sleep(0.05)
        assert not running.done()
        socket.cut()
        await running

    run(test())


def test_the_whole_answer_arrives_however_small_the_buffer() -> None:
    async def test() -> None:
        leaving = {"type": "websocket.disconnect", "code": 1000}
        socket = Stalling(subscribe_to_everything(), leaving)
        await connected(socket, most_buffered=1).run()
        assert len(socket.sent) >= 40

    run(test())


def test_a_binary_message_is_refused_as_no_command() -> None:
    async def test() -> None:
        socket = Stalling({"type": "websocket.receive", "bytes": b"\x00"})
        running = asyncio.create_task(connected(socket).run())
        await asyncio.sleep(0.05)
        assert json.loads(socket.sent[0])["msg"]["code"] == 1
        running.cancel()

    run(test())
