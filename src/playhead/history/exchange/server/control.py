"""For tests and demonstrations: the true books, and faults on demand. Loopback only."""

from typing import Literal

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playhead.history.exchange.server.exchange import Exchange, UnknownConnection
from playhead.history.exchange.server.pages import answer
from playhead.history.exchange.server.records import book_record


class Fault(Struct, frozen=True):
    """A fault to cause; without a connection, on every one that it fits."""

    fault: Literal["drop_one", "disconnect", "end_subscription"]
    connection: int | None = None
    sid: int = 0
    code: Literal[10, 25] = 25


class Control:
    """The surface behind ``/control``."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[Route]:
        """Return its two routes."""
        return [
            Route("/books", self.books),
            Route("/faults", self.cause, methods=["POST"]),
        ]

    async def books(self, request: Request) -> Response:
        """Return every true book and how many changes led to it since the start."""
        simulation = self._exchange.simulation
        books = {
            market.ticker: {"deltas": market.deltas, **book_record(market.book(), 0)}
            for market in simulation.venue.markets.values()
        }
        return answer({"now": simulation.now, "books": books})

    async def cause(self, request: Request) -> Response:
        """Cause a fault."""
        try:
            self._apply(msgspec.json.decode(await request.body(), type=Fault))
        except msgspec.DecodeError as error:
            return answer({"msg": str(error)}, 400)
        except UnknownConnection as error:
            return answer({"msg": error.message}, 404)
        return answer({"connections": sorted(self._exchange.connections)})

    def _apply(self, fault: Fault) -> None:
        match fault.fault:
            case "drop_one":
                self._exchange.drop_one(fault.sid, fault.connection)
            case "end_subscription":
                self._exchange.end_subscription(fault.sid, fault.code, fault.connection)
            case "disconnect":
                self._exchange.disconnect(fault.connection)
