"""Answer only those who asked for this machine by name.

Until accounts exist everybody on this machine may read; a page in somebody's browser that has made
its own host name point at 127.0.0.1 may not.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from playhead.base.errors import Forbidden
from playhead.web.problems import problem, status_of
from playhead.web.requests import request_id_of
from playhead.web.wire import JsonBytes

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class HostForbidden(Forbidden):
    """The request was addressed to another host than this machine's loopback."""

    code = "host.forbidden"

    def __init__(self) -> None:
        names = ", ".join(sorted(LOCAL_NAMES))
        super().__init__(f"only requests addressed to {names} are answered", field="Host")


class LocalOnly:
    """ASGI middleware that refuses a ``Host`` that is not one of `LOCAL_NAMES`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or _is_local(Headers(scope=scope).get("host", "")):
            await self._app(scope, receive, send)
            return
        told = problem(HostForbidden(), request_id_of(scope))
        await JsonBytes(told, status_of(HostForbidden))(scope, receive, send)


def _is_local(host: str) -> bool:
    name, _, port = host.rpartition(":")
    named = name if name and port.isdecimal() else host
    return named.lower() in LOCAL_NAMES
