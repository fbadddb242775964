"""A client of a running exchange, over a real socket."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.exchange import ExchangeOptions, RunningExchange, running_exchange
from playhead.history.exchange.server.exchange import Clock
from tests.history.exchange.builders import START, Frame

HEADERS = {
    "KALSHI-ACCESS-KEY": "somebody",
    "KALSHI-ACCESS-TIMESTAMP": "1",
    "KALSHI-ACCESS-SIGNATURE": "c2lnbmVk",
}


class HandClock:
    """Exchange time that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> Micros:
        return self.now

    def move(self, seconds: int) -> None:
        self.now = Micros(self.now + seconds * MICROS_PER_SECOND)


def options(**changed: object) -> ExchangeOptions:
    usual = {"markets": 40, "rate": 2_000.0, "seed": 7, "start": START, "control_surface": True}
    return ExchangeOptions(**(usual | changed))  # type: ignore[arg-type]


class Client:
    def __init__(self, running: RunningExchange, socket: ClientConnection) -> None:
        self.running = running
        self.socket = socket

    @property
    def tickers(self) -> list[str]:
        return list(self.running.exchange.simulation.venue.markets)

    async def say(self, cmd: str, **params: object) -> None:
        await self.socket.send(json.dumps({"id": 1, "cmd": cmd, "params": params}))

    async def next(self) -> Frame:
        frame: Frame = json.loads(await self.socket.recv())
        return frame

    async def until(self, type: str) -> list[Frame]:
        """Return the frames up to and including the next one of ``type``."""
        frames = [await self.next()]
        while frames[-1]["type"] != type:
            frames.append(await self.next())
        return frames


@asynccontextmanager
async def client(clock: Clock | None = None, **changed: object) -> AsyncIterator[Client]:
    """Start an exchange and connect to it."""
    async with (
        running_exchange(options(**changed), clock) as running,
        connect(
            running.ws_url, additional_headers=HEADERS, compression=None, close_timeout=0.2
        ) as socket,
    ):
        yield Client(running, socket)


class Control:
    """The control surface of a running exchange."""

    def __init__(self, running: RunningExchange) -> None:
        base = f"http://{running.host}:{running.port}/control"
        self._http = httpx2.AsyncClient(base_url=base)

    async def __aenter__(self) -> "Control":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def cause(self, **fault: object) -> httpx2.Response:
        return await self._http.post("/faults", json=fault)

    async def faults(self) -> httpx2.Response:
        return await self._http.get("/faults")

    async def books(self) -> httpx2.Response:
        return await self._http.get("/books")
