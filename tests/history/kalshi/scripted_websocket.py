"""A WebSocket server on loopback that says what a test wrote down."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

Play = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def scripted_websocket(play: Play, *statuses: int) -> AsyncIterator[str]:
    """Give the address of a server that answers upgrades with these (101: play), then plays."""
    waiting = list(statuses)

    def refuse(connection: ServerConnection, _request: Request) -> Response | None:
        status = waiting.pop(0) if waiting else HTTPStatus.SWITCHING_PROTOCOLS
        if status == HTTPStatus.SWITCHING_PROTOCOLS:
            return None
        return connection.respond(HTTPStatus(status), '{"code":"refused"}')

    async with serve(play, "127.0.0.1", 0, process_request=refuse, close_timeout=0.2) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/trade-api/ws/v2"
