"""``python -m benchmarks.kernel.steps``: the API's process with further endpoints.

Each does one thing more than the one before it, up to the real endpoint: what one of them costs
more than its neighbour is what that thing costs.
"""

import asyncio
import socket
import time
from dataclasses import dataclass
from typing import Any

import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from playhead.base.time import Micros
from playhead.entrypoints.databases import service_database_url, valkey_address
from playhead.entrypoints.http_app import Door, build_app
from playhead.entrypoints.kernel import Ground, Kernel, open_kernel
from playhead.entrypoints.listening import LOOPBACK, listen
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings, load_settings
from playhead.kernel.access import AccessRegister, Callers, Guard
from playhead.kernel.api_keys import UsageTally
from playhead.storage.postgres import Database
from playhead.storage.roles import check_connection
from playhead.storage.tenants import Tenants
from playhead.storage.valkey import Valkey
from playhead.web.limits import Limiter
from playhead.web.wire import JsonBytes

SERVER, EDGE, ROUTE, GUARD, LIMIT = (
    f"/bench/{name}" for name in ("server", "edge", "route", "guard", "limit")
)
BODY = b'{"id":"' + b"x" * 500 + b'"}'
"""About as long as a key's view."""


class Server:
    """The server alone: one path is answered before the application is asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("path") == SERVER:
            await JsonBytes(BODY)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Steps:
    """The endpoints."""

    guard: Guard

    def add_to(self, app: FastAPI, door: Door) -> None:
        """Give ``app`` the endpoints."""

        async def bare(request: Request) -> Response:
            return JsonBytes(BODY)

        app.router.routes.append(Route(EDGE, bare))
        app.include_router(_router(ROUTE))
        app.include_router(_router(GUARD), dependencies=[self.guard.required()])
        app.include_router(_router(LIMIT), dependencies=[door.required()])


def _router(path: str) -> APIRouter:
    router = APIRouter(default_response_class=JsonBytes)

    @router.get(path, include_in_schema=False)
    async def read() -> JsonBytes:
        return JsonBytes(BODY)

    return router


class Unlimited(Limiter):
    """Counts nothing."""

    async def enforce(self, *_: Any) -> None:
        """Let everybody through."""


def _steps(kernel: Kernel, database: Database) -> Steps:
    tenants = Tenants(database)
    callers = Callers(AccessRegister(tenants), kernel.auth.sign_in)
    # Its counts are never written: writing them is a part of the whole.
    return Steps(Guard(callers, Unlimited(None), UsageTally(tenants)))


async def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve until a signal, set up as the API's process is."""
    sealer = open_sealer(settings)
    async with (
        Database.open(service_database_url(settings), check=check_connection) as database,
        Valkey.open(valkey_address(settings)) as valkey,
        open_kernel(Ground(settings, database, valkey, sealer, _now)) as kernel,
    ):
        app = build_app(
            [kernel, _steps(kernel, database)],
            kernel.door,
            checks={},
            now=_now,
            cursor_key=sealer.derive("cursors"),
        )
        config = uvicorn.Config(
            Server(app),
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )
        await uvicorn.Server(config).serve(sockets=[listener])


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)


def main() -> None:
    """Serve on the port that the settings name."""
    settings = load_settings()
    listener = listen(LOOPBACK, settings.port)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, listener))


if __name__ == "__main__":
    main()
