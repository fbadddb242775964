"""Answer only those who asked for us by name.

A page in somebody's browser that has made its own host name point at this machine may not read
what this machine serves.
"""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from playhead.base.errors import Forbidden
from playhead.web.problems import problem, status_of
from playhead.web.requests import request_id_of
from playhead.web.wire import JsonBytes

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class HostForbidden(Forbidden):
    """The request was addressed to a host name that is not one of ours."""

    code = "host.forbidden"

    def __init__(self, names: Collection[str]) -> None:
        listed = ", ".join(sorted(names))
        super().__init__(f"only requests addressed to {listed} are answered", field="Host")


class KnownHosts:
    """ASGI middleware that refuses a ``Host`` that is neither loopback's name nor one of ours."""

    def __init__(self, app: ASGIApp, *, names: Collection[str] = ()) -> None:
        """``names`` are further host names, without port, in any case."""
        self._app = app
        self._names = LOOPBACK_NAMES | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or self._is_known(Headers(scope=scope).getlist("host")):
            await self._app(scope, receive, send)
            return
        told = problem(HostForbidden(self._names), request_id_of(scope))
        await JsonBytes(told, status_of(HostForbidden))(scope, receive, send)

    def _is_known(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        name, _, port = hosts[0].rpartition(":")
        named = name if name and port.isdecimal() else hosts[0]
        return named.lower() in self._names
