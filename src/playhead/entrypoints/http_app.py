"""The HTTP API: which parts it is put together from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp

from playhead import __version__
from playhead.base.time import Micros
from playhead.history.coverage.record import PublicRecord, install_record, page_router
from playhead.history.coverage.record import routers as record_routers
from playhead.history.markets import Markets
from playhead.history.markets.dependencies import install_markets
from playhead.history.markets.ports import MarketReader
from playhead.history.markets.router import router as markets_router
from playhead.history.rewind import Rewind
from playhead.history.rewind.dependencies import install_rewind
from playhead.history.rewind.ports import RewindReader
from playhead.history.rewind.router import router as rewind_router
from playhead.history.verify.dependencies import install_verifier
from playhead.history.verify.ports import AnswerVerifier
from playhead.history.verify.router import router as verify_router
from playhead.kernel.access import GuardedApi
from playhead.kernel.identity import Scope
from playhead.storage.postgres import Database
from playhead.web.cursors import Cursors
from playhead.web.docs_page import docs_page
from playhead.web.edge import CLOSED, Edge, install_edge
from playhead.web.health import Check, health_router
from playhead.web.openapi import Api
from playhead.web.problems import INTERNAL, InternalError, install_problems, problem
from playhead.web.requests import new_request_id
from playhead.web.state import install_state
from playhead.web.wire import JsonBytes

DESCRIPTION = (
    "Every Kalshi order book, at any instant, with proof. Send an API key or an access token as"
    " Authorization: Bearer, or a key as X-API-Key; only health, this document, sign-in and the"
    " public record ask for none. Prices and sizes are decimal strings, times RFC 3339 in UTC,"
    " intervals [from, to)."
)
PREFIX = "/api/v1"


class Door(Protocol):
    """What stands before the endpoints."""

    def required(self, *scopes: Scope) -> Any:
        """Return a dependency that lets through whoever is known and has all of ``scopes``."""
        ...

    def welcome(self) -> Any:
        """Return a dependency that lets through everybody who does not ask too often."""
        ...


@dataclass(frozen=True, slots=True)
class History:
    """The readers of the half that knows the past."""

    rewind: RewindReader
    markets: MarketReader
    record: PublicRecord
    verifier: AnswerVerifier

    @classmethod
    def on(cls, database: Database, verifier: AnswerVerifier) -> Self:
        """Return the readers of the tape in ``database``."""
        return cls(Rewind(database), Markets(database), PublicRecord.on(database), verifier)

    def add_to(self, app: FastAPI, door: Door) -> None:
        """Give ``app`` the endpoints, each behind ``door``."""
        install_markets(app, self.markets)
        install_rewind(app, self.rewind)
        install_record(app, self.record)
        install_verifier(app, self.verifier)
        for router in (markets_router, rewind_router, verify_router):
            reading = [door.required(Scope.HISTORY_READ)]
            app.include_router(router, prefix=PREFIX, dependencies=reading)
        for router in record_routers:
            app.include_router(router, prefix=PREFIX, dependencies=[door.welcome()])
        app.include_router(page_router, dependencies=[door.welcome()])


class Part(Protocol):
    """Something that adds its endpoints to the application."""

    def add_to(self, app: FastAPI, door: Door) -> None:
        """Give ``app`` the endpoints, each behind ``door``."""
        ...


def build_app(
    parts: Sequence[Part],
    door: Door,
    *,
    checks: Mapping[str, Check],
    now: Callable[[], Micros],
    cursor_key: bytes,
    edge: Edge = CLOSED,
    new_id: Callable[[], str] = new_request_id,
) -> Api:
    """Return the API of ``parts`` that exist already. ``checks`` decide ``/health/ready``."""
    app = GuardedApi(
        title="Playhead",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    install_state(app, now=now, cursors=Cursors(cursor_key))
    install_problems(app)
    for part in parts:
        part.add_to(app, door)
    app.include_router(health_router(checks, version=__version__))
    _add_docs(app)
    install_edge(app, edge, last_resort=_internal_error, new_id=new_id)
    return app


def _add_docs(app: Api) -> None:
    @app.get("/docs", include_in_schema=False)
    async def read_docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()))


def _internal_error(request_id: str) -> ASGIApp:
    error = InternalError("something failed here; the request id finds it in the log")
    return JsonBytes(problem(error, request_id), INTERNAL)
