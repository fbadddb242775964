"""A WebSocket server on loopback that says what a test wrote down."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

Play = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def scripted_websocket(play: Play, *refusals: int) -> AsyncIterator[str]:
    """Give the address of a server that refuses with these statuses first, then plays."""
    waiting = list(refusals)

    def refuse(connection: ServerConnection, _request: Request) -> Response | None:
        if not waiting:
            return None
        return connection.respond(HTTPStatus(waiting.pop(0)), '{"code":"refused"}')

    async with serve(play, "127.0.0.1", 0, process_request=refuse, max_size=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield f"ws://127.0.0.1:{port}/trade-api/ws/v2"
