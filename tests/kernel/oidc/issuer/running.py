"""Running the scripted issuer on a real socket, with outages."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import uvicorn

from tests.kernel.oidc.issuer.app import REALM, Scripted
from tests.kernel.oidc.issuer.state import Issuer

LOOPBACK = "127.0.0.1"


class RunningIssuer:
    """A scripted issuer that listens, or not."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.state = Issuer(f"http://{LOOPBACK}:{port}{REALM}")
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        config = uvicorn.Config(
            Scripted(self.state),
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        listener = _listener(self._port)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        await self._server.listening.wait()

    async def stop(self) -> None:
        if self._server is not None and self._serving is not None:
            self.state.gate.set()
            self._server.over.set()
            await self._serving
        self._server = self._serving = None

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Nothing listens while the context lasts."""
        await self.stop()
        try:
            yield
        finally:
            await self.start()


@asynccontextmanager
async def running_issuer() -> AsyncIterator[RunningIssuer]:
    """Serve an issuer inside the running event loop while the context lasts."""
    with _listener(0) as probe:
        port = probe.getsockname()[1]
    issuer = RunningIssuer(port)
    await issuer.start()
    try:
        yield issuer
    finally:
        with suppress(asyncio.CancelledError):
            await issuer.stop()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self.over = asyncio.Event()

    async def main_loop(self) -> None:
        await self.over.wait()  # at once, where the original looks ten times a second

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listener(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    return listener
