"""A scripted exchange: a WebSocket server that follows the protocol until a test has it fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import msgspec
from websockets.asyncio.server import ServerConnection

from playhead.base.time import Nanos
from playhead.history.kalshi import Hosts, Signer, connect
from playhead.history.recorder import Recorder, RecorderOptions
from tests.history.kalshi.scripted_websocket import scripted_websocket
from tests.history.recorder.builders import Notebook, options

Json = dict[str, Any]
NOW = 1_795_262_400_000_000_000


@dataclass
class Peer:
    """One connection, as the exchange sees it: sids in order, one count for each."""

    socket: ServerConnection
    number: int
    commands: list[Json] = field(default_factory=list)
    channels: dict[str, int] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    last_sid: int = 0
    merges: bool = False

    async def say(self, **message: object) -> None:
        await self.socket.send(msgspec.json.encode(message).decode() + "\n")

    def seq(self, sid: int) -> int:
        self.counts[sid] = self.counts.get(sid, 0) + 1
        return self.counts[sid]

    async def numbered(self, channel: str, kind: str, body: object, **more: object) -> None:
        """Say something on a channel, with its next number."""
        sid = self.channels[channel]
        await self.say(type=kind, sid=sid, seq=self.seq(sid), msg=body, **more)

    async def delta(self, ticker: str = "A", **body: object) -> None:
        change = {"market_ticker": ticker, "price": 1, "delta": 1, "side": "yes", **body}
        await self.numbered("orderbook_delta", "orderbook_delta", change)

    async def snapshots(self, command: Json) -> None:
        for ticker in command["params"]["market_tickers"]:
            body = {"market_ticker": ticker, "yes": [[1, 10]]}
            await self.numbered("orderbook_delta", "orderbook_snapshot", body, id=command["id"])

    async def answer(self, command: Json) -> None:
        """Answer as the exchange does."""
        params = command["params"]
        if command["cmd"] == "subscribe":
            await self._subscribe(command, params["channels"][0])
        if params.get("action") in ("add_markets", "delete_markets"):
            sid = params["sids"][0]
            await self.say(type="ok", id=command["id"], sid=sid, seq=self.seq(sid), msg={})
        is_books = params.get("channels") == ["orderbook_delta"]
        if is_books or params.get("action") in ("add_markets", "get_snapshot"):
            await self.snapshots(command)

    async def _subscribe(self, command: Json, channel: str) -> None:
        is_new = channel not in self.channels
        if is_new:
            self.last_sid += 1
        sid = self.channels.setdefault(channel, self.last_sid)
        if is_new and not self.merges:
            await self.say(
                type="subscribed", id=command["id"], msg={"channel": channel, "sid": sid}
            )
        else:
            await self.say(type="ok", id=command["id"], sid=sid, seq=self.seq(sid), msg={})


Act = Callable[[Peer, Json], Awaitable[bool | None]]
"""Called with every command first; what it returns is whether that was the answer."""


async def by_the_book(_peer: Peer, _command: Json) -> bool | None:
    return False


class Stage:
    """A recorder in front of a scripted exchange, and everything they said."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self.peers: list[Peer] = []
        self.capture = Notebook()
        self.rest = Door()
        self.recorder: Recorder | None = None
        self.done: asyncio.Task[None] | None = None

    async def play(self, socket: ServerConnection) -> None:
        peer = Peer(socket, len(self.peers))
        self.peers.append(peer)
        async for frame in socket:
            command = msgspec.json.decode(frame)
            peer.commands.append(command)
            if not await self.act(peer, command):
                await peer.answer(command)

    def status(self) -> Json:
        assert self.recorder is not None
        return self.recorder.status()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; the recorder's own failure comes first."""
        async with asyncio.timeout(10):
            while not holds():
                if self.done and self.done.done():
                    self.done.result()
                await asyncio.sleep(0.005)

    async def until_status(self, **expected: object) -> None:
        await self.until(lambda: expected.items() <= self.status().items())

    def actions(self, peer: int = 0) -> list[str]:
        """Return what was asked on one connection, feeds left out."""
        found = [(c["cmd"], c["params"]) for c in self.peers[peer].commands]
        books = [p for c, p in found if c != "subscribe" or p["channels"] == ["orderbook_delta"]]
        return [params.get("action", "subscribe") for params in books]


class Door:
    """The exchange's REST: lists A and B unless a test says otherwise, and is open."""

    def __init__(self) -> None:
        self.open = {"A": "active", "B": "active"}
        self.asked: list[dict[str, str | int]] = []
        self.audited: list[list[str]] = []
        self.looks: list[str] = []
        self.failure: Exception | None = None

    async def market_pages(self, **filters: str | int) -> AsyncIterator[list[Json]]:
        self.asked.append(filters)
        self._fail()
        named = str(filters.get("tickers", "")).split(",")
        if filters.get("status", "open") == "open":
            yield [
                {"ticker": ticker, "status": status}
                for ticker, status in self.open.items()
                if named == [""] or ticker in named
            ]

    async def orderbooks(self, tickers: Sequence[str]) -> None:
        self.audited.append(list(tickers))
        self._fail()

    async def exchange_status(self) -> None:
        self.looks.append("status")
        self._fail()

    async def exchange_schedule(self) -> None:
        self.looks.append("schedule")
        self._fail()

    def _fail(self) -> None:
        if self.failure:
            raise self.failure


@asynccontextmanager
async def staged(act: Act = by_the_book, *statuses: int, **changes: object) -> AsyncIterator[Stage]:
    """Give a stage on which the recorder has started."""
    stage = Stage(act)
    async with scripted_websocket(stage.play, *statuses) as url:
        chosen = options(Hosts("http://127.0.0.1:9", url), **changes)
        stage.recorder = _recorder(stage, chosen)
        stage.done = asyncio.create_task(stage.recorder.run())
        try:
            yield stage
        finally:
            stage.done.cancel()
            await asyncio.gather(stage.done, return_exceptions=True)


def _recorder(stage: Stage, chosen: RecorderOptions) -> Recorder:
    return Recorder(
        chosen,
        capture=stage.capture,
        rest=stage.rest,
        connect=partial(
            connect,
            chosen.hosts.websocket_url,
            now=lambda: Nanos(NOW),
            signer=Signer.made_up("key-1"),
            patience=chosen.patience,
        ),
        now=lambda: Nanos(NOW),
        random=Random(1),
    )
