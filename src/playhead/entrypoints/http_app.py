"""The HTTP API: which parts it is put together from."""

from collections.abc import Callable, Mapping

from fastapi.responses import HTMLResponse
from starlette.types import ASGIApp

from playhead import __version__
from playhead.base.time import Micros
from playhead.history.coverage.record import PublicRecord, install_record, page_router
from playhead.history.coverage.record import routers as record_routers
from playhead.history.markets.dependencies import install_markets
from playhead.history.markets.ports import MarketReader
from playhead.history.markets.router import router as markets_router
from playhead.history.rewind.dependencies import install_rewind
from playhead.history.rewind.ports import RewindReader
from playhead.history.rewind.router import router as rewind_router
from playhead.history.verify.dependencies import install_verifier
from playhead.history.verify.ports import AnswerVerifier
from playhead.history.verify.router import router as verify_router
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
    "Every Kalshi order book, at any instant, with proof. Until accounts exist the API listens on"
    " the loopback address of its machine only, and asks nobody who they are. Prices and sizes are"
    " decimal strings, times RFC 3339 in UTC, intervals [from, to)."
)


def build_app(
    *,
    rewind: RewindReader,
    markets: MarketReader,
    record: PublicRecord,
    verifier: AnswerVerifier,
    checks: Mapping[str, Check],
    now: Callable[[], Micros],
    cursor_key: bytes,
    edge: Edge = CLOSED,
    new_id: Callable[[], str] = new_request_id,
) -> Api:
    """Return the API over readers that exist already. ``checks`` decide ``/health/ready``."""
    app = Api(
        title="Playhead",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    install_state(app, now=now, cursors=Cursors(cursor_key))
    install_markets(app, markets)
    install_rewind(app, rewind)
    install_record(app, record)
    install_verifier(app, verifier)
    install_problems(app)
    for router in (markets_router, rewind_router, verify_router, *record_routers):
        app.include_router(router, prefix="/api/v1")
    app.include_router(page_router)
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
