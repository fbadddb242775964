"""For tests and demonstrations: the true books, and faults on demand. Loopback only."""

import inspect
from contextlib import suppress
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playhead.base.errors import Conflict, Invalid, NotFound
from playhead.history.exchange.server.exchange import Exchange
from playhead.history.exchange.server.faults import (
    FaultKind,
    Faults,
    Injected,
    InvalidFault,
    Pending,
    UnknownConnection,
)
from playhead.history.exchange.server.pages import answer
from playhead.history.exchange.server.records import book_record

_ALIASES = {"drop_one": FaultKind.DROP}


class _Named(Struct):
    fault: str


class Control:
    """The surface behind ``/control``."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[Route]:
        """Return its routes."""
        return [
            Route("/books", self.books),
            Route("/faults", self.log),
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

    async def log(self, request: Request) -> Response:
        """Return what has gone wrong, and what waits for a frame that fits."""
        faults = self._exchange.faults
        return answer({"log": faults.log, "pending": faults.pending})

    async def cause(self, request: Request) -> Response:
        """Cause the ``fault`` of a body; its other fields are the arguments of that fault's method.

        Without a connection, on every one that it fits.
        """
        try:
            caused = self._apply(await request.body())
        except (msgspec.DecodeError, Invalid) as error:
            return answer({"msg": str(error)}, 400)
        except NotFound as error:
            return answer({"msg": error.message}, 404)
        except Conflict as error:
            return answer({"msg": error.message}, 409)
        return answer({"connections": sorted(self._exchange.connections), "faults": caused})

    def _apply(self, body: bytes) -> list[Injected | Pending]:
        kind = _kind(msgspec.json.decode(body, type=_Named).fault)
        asked = msgspec.structs.asdict(msgspec.json.decode(body, type=_BODIES[kind]))
        del asked["fault"]
        method = getattr(self._exchange.faults, kind)
        if "connection" not in asked:
            return [method(**asked)]
        number = asked.pop("connection")
        if number is not None:
            return [method(number, **asked)]
        caused = []
        for each in tuple(self._exchange.connections):
            with suppress(UnknownConnection):
                caused.append(method(each, **asked))
        if not caused:
            raise UnknownConnection("there is no connection that the fault fits")
        return caused


def _kind(word: str) -> FaultKind:
    try:
        return _ALIASES.get(word) or FaultKind(word)
    except ValueError:
        known = ", ".join(FaultKind)
        raise InvalidFault(f"fault must be one of {known}", field="fault") from None


def _body_of(kind: FaultKind) -> type[Struct]:
    method = getattr(Faults, kind)
    hints = get_type_hints(method)
    fields: list[Any] = [("fault", str)]
    for name, argument in list(inspect.signature(method).parameters.items())[1:]:
        if name == "connection":
            fields.append((name, int | None, None))
        elif argument.default is inspect.Parameter.empty:
            fields.append((name, hints[name]))
        else:
            fields.append((name, hints[name], argument.default))
    return msgspec.defstruct(kind, fields, kw_only=True, forbid_unknown_fields=True)


_BODIES = {kind: _body_of(kind) for kind in FaultKind}
