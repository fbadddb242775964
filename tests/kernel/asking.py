"""A small application over some routers, in which a test says who asks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx2
from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.types import ASGIApp

from playhead.base.time import Micros
from playhead.kernel.identity import Caller
from playhead.kernel.identity.dependencies import set_caller
from playhead.web.cursors import Cursors
from playhead.web.openapi import Api
from playhead.web.problems import INTERNAL, InternalError, install_problems, problem
from playhead.web.requests import Requests
from playhead.web.state import install_state
from playhead.web.wire import JsonBytes


class Desk:
    """Asks an application's endpoints as whoever is named."""

    def __init__(
        self,
        routers: Sequence[APIRouter],
        install: Callable[[FastAPI], None],
        *,
        now: Callable[[], Micros],
    ) -> None:
        self._caller: Caller | None = None
        self.app = Api(docs_url=None, redoc_url=None, redirect_slashes=False)
        install_state(self.app, now=now, cursors=Cursors(b"c" * 32))
        install(self.app)
        install_problems(self.app)
        for router in routers:
            self.app.include_router(router, prefix="/api/v1", dependencies=[Depends(self._guard)])
        self.app.add_middleware(Requests, last_resort=_last_resort)

    async def _guard(self, request: Request) -> None:
        assert self._caller is not None
        set_caller(request.scope, self._caller)  # type: ignore[arg-type]

    async def ask(
        self,
        caller: Caller,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        **params: str,
    ) -> httpx2.Response:
        """Return the answer to a request of ``caller``. Not for several at once."""
        self._caller = caller
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, f"/api/v1{path}", json=body, params=params)


def _last_resort(request_id: str) -> ASGIApp:
    return JsonBytes(problem(InternalError("failed"), request_id), INTERNAL)


def code(answer: httpx2.Response) -> tuple[int, str | None]:
    """Return the status, and the code of the error if it is one."""
    if answer.status_code < 400:
        return answer.status_code, None
    return answer.status_code, answer.json()["error"]["code"]
