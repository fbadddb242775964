"""Which pages in a browser may call us: those of listed origins, and no others.

What a page may read is put beside the answer before anything is done (`response_headers`), so that
errors carry it as well, the one that nobody foresaw included. ``*`` is never said.
"""

import re
from collections.abc import Collection, Sequence
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from playhead.base.errors import Invalid
from playhead.web.requests import response_headers

METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
TAKEN_HEADERS = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "X-API-Key",
    "X-Org-ID",
    "X-Request-ID",
)
EXPOSED_HEADERS = (
    "X-Request-ID",
    "X-Process-Time",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-Credits-Cost",
    "X-Credits-Remaining",
    "Idempotency-Replayed",
)
REMEMBERED_SECONDS = 600
_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?")
_PREFLIGHT_VARY = "Access-Control-Request-Method, Access-Control-Request-Headers"


class InvalidOrigin(Invalid):
    """A text that is not one web origin."""

    code = "origin.invalid"


def parse_origins(texts: Sequence[str]) -> frozenset[str]:
    """Return the origins of ``texts`` as browsers write them.

    Raises:
        InvalidOrigin: One of them is no origin: ``*``, ``null`` and addresses with a path are none.
    """
    origins = frozenset(text.strip().lower().rstrip("/") for text in texts)
    for origin in sorted(origins):
        if _ORIGIN.fullmatch(origin) is None:
            raise InvalidOrigin(f"{origin!r} is not an origin such as https://app.example.com")
    return origins


class CrossOrigin:
    """ASGI middleware that lets the pages of ``origins`` call us and read our answers.

    A request of any other origin is answered as if there were no browser: without a grant, which
    its browser takes for a refusal.
    """

    def __init__(self, app: ASGIApp, *, origins: Collection[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or not self._origins:
            await self._app(scope, receive, send)
            return
        headers, told = Headers(scope=scope), response_headers(scope)
        told["Vary"] = "Origin"
        origin = self._listed(headers)
        if origin is not None:
            _grant(told, origin)
        if origin is not None and _is_preflight(scope, headers):
            _grant_beforehand(told)
            await Response(status_code=HTTPStatus.NO_CONTENT)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _listed(self, headers: Headers) -> str | None:
        sent = headers.getlist("origin")
        return sent[0] if len(sent) == 1 and sent[0] in self._origins else None


def _is_preflight(scope: Scope, headers: Headers) -> bool:
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


def _grant(told: dict[str, str], origin: str) -> None:
    told["Access-Control-Allow-Origin"] = origin
    told["Access-Control-Allow-Credentials"] = "true"
    told["Access-Control-Expose-Headers"] = ", ".join(EXPOSED_HEADERS)


def _grant_beforehand(told: dict[str, str]) -> None:
    told["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    told["Access-Control-Allow-Headers"] = ", ".join(TAKEN_HEADERS)
    told["Access-Control-Max-Age"] = str(REMEMBERED_SECONDS)
    told["Vary"] = f"Origin, {_PREFLIGHT_VARY}"
