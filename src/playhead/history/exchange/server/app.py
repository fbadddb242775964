"""The web application: one WebSocket, the REST interface, and the control surface if asked for."""

from collections.abc import Callable
from typing import cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, WebSocketRoute
from starlette.websockets import WebSocket

from playhead.history.exchange.server.connection import Connection
from playhead.history.exchange.server.control import Control
from playhead.history.exchange.server.dialogue import Dialogue
from playhead.history.exchange.server.exchange import Exchange
from playhead.history.exchange.server.handshake import Gate, NotAdmitted
from playhead.history.exchange.server.outbox import Outbox
from playhead.history.exchange.server.pages import BadQuery, answer, not_found
from playhead.history.exchange.server.rest import Rest
from playhead.history.exchange.server.session import Session

REST_PATH = "/trade-api/v2"
WS_PATH = "/trade-api/ws/v2"

WallClockMs = Callable[[], int]


def build_app(exchange: Exchange, gate: Gate, wall_clock_ms: WallClockMs) -> Starlette:
    """Return the application that serves ``exchange``.

    Args:
        wall_clock_ms: Real time in Unix milliseconds, against which signatures are judged.
    """

    async def connect(socket: WebSocket) -> None:
        refusal = exchange.faults.upgrade_refusal
        if refusal is not None:
            await socket.send_denial_response(Response("refused", refusal))
            return
        try:
            gate.admit(socket.headers, WS_PATH, wall_clock_ms())
        except NotAdmitted as refused:
            await socket.send_denial_response(answer(refused.body, 401))
            return
        await socket.accept()
        await _serve(exchange, socket)

    routes: list[BaseRoute] = [
        WebSocketRoute(WS_PATH, connect),
        Mount(REST_PATH, routes=Rest(exchange).routes()),
    ]
    if exchange.options.control_surface:
        routes.append(Mount("/control", routes=Control(exchange).routes()))
    return Starlette(routes=routes, exception_handlers={404: _unknown_path, BadQuery: _bad_query})


async def _serve(exchange: Exchange, socket: WebSocket) -> None:
    outbox = Outbox(exchange.options.most_buffered)
    session = Session(exchange.simulation, exchange.hub, outbox, exchange.options)
    dialogue = Dialogue(exchange.simulation, exchange.hub, session)
    connection = Connection(socket, session, dialogue, outbox)
    number = exchange.admit(connection)
    try:
        await connection.run()
    finally:
        exchange.dismiss(number)


async def _unknown_path(request: Request, error: Exception) -> Response:
    return not_found()


async def _bad_query(request: Request, error: Exception) -> Response:
    return answer(cast(BadQuery, error).body, 400)
