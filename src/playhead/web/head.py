"""HEAD wherever there is GET: the same answer without its body.

FastAPI's routes take the methods that they name and no others.
"""

import anyio
from anyio.lowlevel import checkpoint
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHOD_NOT_ALLOWED = 405


class HeadAsGet:
    """ASGI middleware that asks for what HEAD names by GET, and keeps the body back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] != "HEAD":
            await self._app(scope, receive, _Allowing(send))
        else:
            with anyio.CancelScope() as enough:
                asked = {**scope, "method": "GET"}
                await self._app(asked, receive, _Bodiless(_Allowing(send), enough))


class _Allowing:
    """A ``send`` that says so where GET, and therefore HEAD, is possible."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == _METHOD_NOT_ALLOWED:
            headers = MutableHeaders(scope=message)
            if "GET" in headers.get("allow", "").split(", "):
                headers["allow"] += ", HEAD"
        await self._send(message)


class _Bodiless:
    """A ``send`` that passes no body on, and ends what would stream one."""

    def __init__(self, send: Send, enough: anyio.CancelScope) -> None:
        self._send = send
        self._enough = enough

    async def __call__(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        if message.get("more_body", False):
            self._enough.cancel()
            await checkpoint()  # a cancelled scope ends at the next wait, which is this one
