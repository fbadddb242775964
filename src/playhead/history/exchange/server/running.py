"""A simulated exchange on a port: in this process for a while, or until it is told to stop."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn

from playhead.base.errors import Conflict
from playhead.base.time import Micros
from playhead.history.exchange.server.app import REST_PATH, WS_PATH, build_app
from playhead.history.exchange.server.exchange import Clock, Exchange
from playhead.history.exchange.server.handshake import Gate, load_keys
from playhead.history.exchange.server.options import ExchangeOptions
from playhead.history.exchange.server.transport import PING_SECONDS, ExchangeProtocol

_GRACE_SECONDS = 1
_LARGEST_MESSAGE = 64 * 2**20


class PortInUse(Conflict):
    """Another process listens on the port."""

    code = "exchange.port_in_use"


@dataclass(frozen=True, slots=True)
class RunningExchange:
    """Where a running exchange is found, and the exchange itself."""

    host: str
    port: int
    exchange: Exchange

    @property
    def rest_url(self) -> str:
        """Base of the REST interface, without a slash at the end."""
        return f"http://{self.host}:{self.port}{REST_PATH}"

    @property
    def ws_url(self) -> str:
        """The WebSocket."""
        return f"ws://{self.host}:{self.port}{WS_PATH}"


@asynccontextmanager
async def running_exchange(
    options: ExchangeOptions, clock: Clock | None = None
) -> AsyncIterator[RunningExchange]:
    """Serve a simulated exchange inside the running event loop while the context lasts.

    Args:
        clock: Exchange time; without one, real time from the start on, at the speed asked for.

    Raises:
        PortInUse: Somebody else has the port.
    """
    start = options.start if options.start is not None else Micros(time.time_ns() // 1000)
    exchange = Exchange(options, start, clock or _clock(start, options.speed))
    server = _Server(_config(exchange))
    with _listen(options.host, options.port) as listener, _unwrapped():
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]))
            pace = group.create_task(exchange.keep_pace())
            try:
                await server.listening.wait()
                yield RunningExchange(options.host, listener.getsockname()[1], exchange)
            finally:
                pace.cancel()
                server.should_exit = True


@contextmanager
def _unwrapped() -> Iterator[None]:
    # What goes wrong in the body, or in one task, comes out as itself and not in a group.
    try:
        yield
    except BaseExceptionGroup as group:
        if len(group.exceptions) > 1:
            raise
        raise group.exceptions[0] from group.exceptions[0].__cause__


def _clock(start: Micros, speed: float) -> Clock:
    began = time.monotonic_ns()
    permille = round(speed * 1000)

    def now() -> Micros:
        elapsed = (time.monotonic_ns() - began) // 1000
        return Micros(start + elapsed * permille // 1000)

    return now


def _config(exchange: Exchange) -> uvicorn.Config:
    options = exchange.options
    gate = Gate(load_keys(options.public_keys), is_open=options.open_mode)
    return uvicorn.Config(
        build_app(exchange, gate, lambda: time.time_ns() // 1_000_000),
        ws=ExchangeProtocol,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=None,
        ws_max_size=_LARGEST_MESSAGE,
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    # Signals belong to the process; whoever runs us decides what they mean.
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections inherit it
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise PortInUse(f"{host}:{port} is taken: {error.strerror}", port=port) from error
    return listener
