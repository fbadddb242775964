"""What is added to every answer: its request id, the time it took, safe headers, a last resort.

Plain ASGI: nothing is buffered, so streams stay streams.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, cast

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_NANOS_PER_MICRO = 1000
_NANOS_PER_MILLI = 1_000_000
_log = logging.getLogger(__name__)

SAFE_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
STRICT_TRANSPORT = "max-age=31536000"
"""For a year a browser that came by TLS comes by nothing else. Sent over TLS only."""

LastResort = Callable[[str], ASGIApp]
"""Makes the answer to a request (by id) whose handling failed in a way nobody foresaw."""


def new_request_id() -> str:
    """Return an id that sorts by the millisecond it was made in."""
    number = time.time_ns() // _NANOS_PER_MILLI << 64 | secrets.randbits(64)
    digits = [_ALPHABET[number >> shift & 31] for shift in range(110, -1, -5)]
    return "req_" + "".join(digits)


def request_id_of(scope: Mapping[str, Any]) -> str:
    """Return the id that ``Requests`` gave to this request."""
    return str(scope["playhead.request_id"])


def response_headers(scope: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers that this request's answer will carry, whichever it is; add to them.

    They replace what the answer itself has under the same name, except ``Vary``, which is added to.
    """
    return cast(dict[str, str], scope["playhead.headers"])


class Requests:
    """ASGI middleware that names, times and, where all else failed, answers every request.

    ``X-Request-ID`` is echoed if it is 1 to 128 letters, digits, dots, dashes or underscores, else
    one is made. ``X-Process-Time`` is in seconds, up to the first byte of the answer.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        last_resort: LastResort,
        new_id: Callable[[], str] = new_request_id,
        elapsed: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self._app = app
        self._last_resort = last_resort
        self._new_id = new_id
        self._elapsed = elapsed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["playhead.request_id"] = self._id(scope)
        scope["playhead.headers"] = {}
        marked = _Marked(scope, send, self._elapsed)
        try:
            await self._app(scope, receive, marked)
        except Exception:
            # The supervision point of requests: one that fails must not end the server, and its
            # client learns the id to ask about and nothing else.
            _log.exception("request %s failed", request_id_of(scope))
            if marked.started:
                raise
            await self._last_resort(request_id_of(scope))(scope, receive, marked)

    def _id(self, scope: Scope) -> str:
        asked = Headers(scope=scope).get("x-request-id", "")
        return asked if _SANE_ID.fullmatch(asked) else self._new_id()


class _Marked:
    """A ``send`` that puts our headers on the start of the answer."""

    def __init__(self, scope: Scope, send: Send, elapsed: Callable[[], int]) -> None:
        self._scope = scope
        self._send = send
        self._elapsed = elapsed
        self._began = elapsed()
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self._mark(MutableHeaders(scope=message))
        await self._send(message)

    def _mark(self, headers: MutableHeaders) -> None:
        micros = (self._elapsed() - self._began) // _NANOS_PER_MICRO
        for name, value in response_headers(self._scope).items():
            if name == "Vary":
                headers.add_vary_header(value)
            else:
                headers[name] = value
        headers["X-Request-ID"] = request_id_of(self._scope)
        headers["X-Process-Time"] = f"{micros // 1_000_000}.{micros % 1_000_000:06d}"
        for name, value in SAFE_HEADERS.items():
            headers.setdefault(name, value)
        if self._scope.get("scheme") == "https":
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT
