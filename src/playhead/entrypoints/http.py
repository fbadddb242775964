"""The process that serves the HTTP API.

It binds to loopback only and speaks HTTP in the clear: a proxy in front of it encrypts.
"""

import asyncio
import gc
import logging
import signal
import socket
import time
from contextlib import AbstractContextManager, nullcontext, suppress

import uvicorn
import uvloop

from playhead.base.time import Micros, Nanos
from playhead.entrypoints.automation import Automation
from playhead.entrypoints.databases import service_database_url, valkey_address
from playhead.entrypoints.edge import edge_of
from playhead.entrypoints.http_app import History, build_app
from playhead.entrypoints.http_protocol import Protocol
from playhead.entrypoints.kernel import Ground, open_kernel
from playhead.entrypoints.listening import LOOPBACK, listen
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.entrypoints.status_file import write_status
from playhead.history.capture import CaptureStore
from playhead.history.verify import Trails, Verifier
from playhead.storage.postgres import Database, DatabaseUnavailable
from playhead.storage.roles import check_connection, check_service_role
from playhead.storage.valkey import Valkey
from playhead.web.health import Check

NAME = "api"
STOP_SECONDS = 2
TICKS_PER_SECOND = 10
_log = logging.getLogger(__name__)


def main(settings: Settings) -> None:
    """Serve the API until SIGTERM or SIGINT; answers under way get ``STOP_SECONDS`` to finish.

    Raises:
        PortBusy: Another program listens on the port.
    """
    listener = listen(LOOPBACK, settings.port)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, listener))


async def _serve(settings: Settings, listener: socket.socket) -> None:
    url, sealer = service_database_url(settings), open_sealer(settings)
    refuse_unsafe_role(url)
    async with (
        Database.open(url, check=check_connection) as database,
        Valkey.open(valkey_address(settings)) as valkey,
        open_kernel(ground := Ground(settings, database, valkey, sealer, _now)) as kernel,
    ):
        history = History.on(database, Verifier(Trails(database), _captures(settings)))
        app = build_app(
            [history, kernel, Automation.on(ground)],
            kernel.door,
            checks={"database": _check_of(database)},
            now=_now,
            cursor_key=sealer.derive("cursors"),
            edge=edge_of(settings),
        )
        server = _Server(
            uvicorn.Config(
                app,
                http=Protocol,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # our own middleware judges them
                timeout_graceful_shutdown=STOP_SECONDS,
            ),
            settings,
        )
        _stop_on_signals(server)
        _announce(listener)
        # What was built until now stays for good: a collection in the middle of an answer need not
        # walk through it.
        gc.collect()
        gc.freeze()
        await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    """Uvicorn that says how it is once a second, and leaves signals to us.

    Its own handling of signals ends the process before the pool is closed.
    """

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self._settings = settings

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_PER_SECOND == 0:
            self._report()
        return await super().on_tick(counter)

    def _report(self) -> None:
        state = self.server_state
        try:
            write_status(
                self._settings.home,
                NAME,
                {
                    "address": f"http://{LOOPBACK}:{self._settings.port}",
                    "requests": state.total_requests,
                    "connections": len(state.connections),
                },
            )
        except OSError:
            # A full disk is no reason to stop answering; the status then grows old, which shows.
            _log.warning("the status cannot be written", exc_info=True)


def _stop_on_signals(server: uvicorn.Server) -> None:
    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _announce(listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    print(  # the first line of the process's log
        f"API on http://{host}:{port}, for this machine only: others reach it through a proxy here"
        " that encrypts",
        flush=True,
    )


def refuse_unsafe_role(url: str) -> None:
    """Return if the role of ``url`` is held by row-level security, or cannot be asked yet.

    A database that is away comes up later; each connection of the pool is checked again.

    Raises:
        ServiceRoleUnsafe: The role could see past it: nothing is served.
    """
    with suppress(DatabaseUnavailable):
        check_service_role(url)


def _captures(settings: Settings) -> CaptureStore:
    return CaptureStore(settings.home / "captures", lambda: Nanos(time.time_ns()))


def _check_of(database: Database) -> Check:
    async def check() -> None:
        async with database.reading() as connection:
            await connection.fetch_optional("SELECT 1 AS alive")

    return check


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)
