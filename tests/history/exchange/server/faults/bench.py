"""A client on a real socket, an exchange whose time goes on by hand, and what was true."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import connect

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.books import Change, Side, parse_price, parse_size
from playhead.history.exchange import Exchange, Faults, Injected, RunningExchange
from playhead.history.exchange.simulated import BookChanged, Happening, Status
from tests.history.exchange.builders import Frame
from tests.history.exchange.server.sockets import HEADERS, Client

BOOKS, TRADES = 1, 2


class Bench:
    """A connection with every open market: the books as sid 1, the trades as sid 2.

    Attributes:
        number: That of the connection.
        last_seq: Of the books, when it began.
        truth: What changed in those books when time last passed.
    """

    def __init__(self, one: Client) -> None:
        self.client = one
        self.exchange: Exchange = one.running.exchange
        self.faults: Faults = self.exchange.faults
        self.number = max(self.exchange.connections)
        markets = self.exchange.simulation.venue.markets.values()
        self.tickers = [one.ticker for one in markets if one.listing.status is Status.ACTIVE]
        self.truth: list[BookChanged] = []
        self.last_seq = 0
        self._logged = len(self.faults.log)

    @property
    def log(self) -> list[Injected]:
        """What has acted since it began."""
        return self.faults.log[self._logged :]

    def pass_time(self, seconds: float = 0.2) -> None:
        """Let exchange time pass."""
        self.truth = []
        self.exchange.step(Micros(self.exchange.simulation.now + int(seconds * MICROS_PER_SECOND)))

    async def texts(self) -> list[str]:
        """Everything that has been sent, as it came."""
        await self.client.socket.send('{"id":99,"cmd":"list_subscriptions"}')
        texts: list[str] = []
        while True:
            text = await self.client.socket.recv()
            assert isinstance(text, str)
            if text.startswith('{"id":99,'):
                return texts
            texts.append(text)

    async def frames(self, sid: int = BOOKS) -> list[Frame]:
        """What has been sent of a subscription."""
        frames = [json.loads(text) for text in await self.texts()]
        return [frame for frame in frames if frame.get("sid") == sid]

    async def update(self, action: str, *tickers: str) -> None:
        """Change the subscription to books."""
        await self.client.say(
            "update_subscription", sids=[BOOKS], action=action, market_tickers=tickers
        )

    async def subscribe(self) -> None:
        """Begin."""
        channels = ["orderbook_delta", "trade"]
        await self.client.say("subscribe", channels=channels, market_tickers=self.tickers)
        self.last_seq = (await self.frames())[-1]["seq"]

    def observe(self, happening: Happening) -> None:
        """Take note of the truth."""
        if isinstance(happening, BookChanged) and happening.ticker in self.tickers:
            self.truth.append(happening)


@asynccontextmanager
async def connected(running: RunningExchange) -> AsyncIterator[Bench]:
    """Connect, subscribe, and take what comes at first."""
    opening = connect(
        running.ws_url,
        additional_headers=HEADERS,
        compression=None,
        max_size=None,
        close_timeout=0.2,
    )
    async with opening as socket:
        test = Bench(Client(running, socket))
        running.exchange.observers.append(test.observe)
        try:
            await test.subscribe()
            yield test
        finally:
            running.exchange.observers.remove(test.observe)


def told(frames: list[Frame]) -> list[tuple[str, Change]]:
    """The changes that frames tell, in their order."""
    return [
        (frame["msg"]["market_ticker"], _change(frame["msg"]))
        for frame in frames
        if frame["type"] == "orderbook_delta"
    ]


def true(changes: list[BookChanged]) -> list[tuple[str, Change]]:
    """The same of what really happened."""
    return [(one.ticker, Change(one.side, one.price, one.size)) for one in changes]


def numbers(frames: list[Frame]) -> list[int]:
    return [frame["seq"] for frame in frames]


def _change(msg: dict[str, Any]) -> Change:
    side = Side.YES if msg["side"] == "yes" else Side.NO
    return Change(side, parse_price(msg["price_dollars"]), parse_size(msg["delta_fp"]))
