"""How large a request may be. A body is taken whole before anything looks at it."""

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playhead.base.errors import Invalid
from playhead.web.problems import problem, status_of
from playhead.web.requests import request_id_of
from playhead.web.wire import JsonBytes

MOST_BYTES = 1024 * 1024
_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})


class BodyTooLarge(Invalid):
    """The body of the request is larger than is taken."""

    code = "body.too_large"

    def __init__(self, most_bytes: int) -> None:
        super().__init__(
            f"a request may have a body of {most_bytes} bytes at most", most_bytes=most_bytes
        )


class BodyLimit:
    """ASGI middleware that refuses a body of more than ``most_bytes``, announced or not.

    Paths that start with a key of ``elsewhere`` have that many bytes instead; the longest key wins.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        most_bytes: int = MOST_BYTES,
        elsewhere: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._elsewhere = sorted((elsewhere or {}).items(), key=lambda each: -len(each[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or scope["method"] in _WITHOUT_BODY:
            await self._app(scope, receive, send)
            return
        most = self._most_bytes_of(scope["path"])
        taken = None if _announced(scope) > most else await _take(receive, most)
        if taken is None:
            told = problem(BodyTooLarge(most), request_id_of(scope))
            await JsonBytes(told, status_of(BodyTooLarge))(scope, receive, send)
        else:
            await self._app(scope, _Replayed(taken, receive), send)

    def _most_bytes_of(self, path: str) -> int:
        found = (most for prefix, most in self._elsewhere if path.startswith(prefix))
        return next(found, self._most_bytes)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length[:20]) if length.isascii() and length.isdecimal() else 0


async def _take(receive: Receive, most_bytes: int) -> Message | None:
    """Return the whole body as one message, or what ended it; None if it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        body += message.get("body", b"")
        if len(body) > most_bytes:
            return None
        if not message.get("more_body", False):
            return {"type": "http.request", "body": bytes(body), "more_body": False}


class _Replayed:
    """A ``receive`` that gives what was taken already first."""

    def __init__(self, taken: Message, receive: Receive) -> None:
        self._taken: Message | None = taken
        self._receive = receive

    async def __call__(self) -> Message:
        taken, self._taken = self._taken, None
        return taken if taken is not None else await self._receive()
