"""Which markets a query wants, and which questions the exchange refuses."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.exchange.server.pages import incompatible, instant, names, rejected
from playhead.history.exchange.simulated import Listing, Status

STATUSES: dict[str, frozenset[Status]] = {
    "unopened": frozenset({Status.INITIALIZED}),
    "open": frozenset({Status.ACTIVE}),
    "paused": frozenset({Status.INACTIVE}),
    "closed": frozenset({Status.CLOSED, Status.DETERMINED}),
    "settled": frozenset({Status.FINALIZED}),
}
"""The word of a query and the words of the records that it matches."""

_TIMES: dict[str, tuple[Callable[[Listing], Micros | None], frozenset[str]]] = {
    "created": (lambda listing: listing.created_at, frozenset({"", "unopened", "open"})),
    "close": (lambda listing: listing.close_at, frozenset({"", "closed"})),
    "settled": (lambda listing: listing.settled_at, frozenset({"", "settled"})),
    "updated": (lambda listing: listing.updated_at, frozenset({""})),
}


def status_asked(request: Request) -> str:
    """Return the status asked for; empty for any.

    Raises:
        BadQuery: The exchange knows no such status.
    """
    status = request.query_params.get("status", "")
    if status and status not in STATUSES:
        raise rejected(f"status must be one of {', '.join(STATUSES)}")
    return status


@dataclass(frozen=True, slots=True)
class _Span:
    time_of: Callable[[Listing], Micros | None]
    least: int
    most: int

    def holds(self, listing: Listing) -> bool:
        at = self.time_of(listing)
        return at is not None and self.least <= at // MICROS_PER_SECOND <= self.most


@dataclass(frozen=True, slots=True)
class MarketFilter:
    """What ``/markets`` is asked for. Combos do not exist here."""

    tickers: frozenset[str]
    event_ticker: str
    series_ticker: str
    status: str
    only_combos: bool
    span: _Span | None

    def wants(self, listing: Listing) -> bool:
        """Return whether a market is among those asked for."""
        return (
            not self.only_combos
            and (not self.tickers or listing.ticker in self.tickers)
            and self.event_ticker in ("", listing.event.ticker)
            and self.series_ticker in ("", listing.event.series.ticker)
            and (not self.status or listing.status in STATUSES[self.status])
            and (self.span is None or self.span.holds(listing))
        )


def market_filter(request: Request) -> MarketFilter:
    """Return what a request asks for.

    Raises:
        BadQuery: A parameter is malformed, or two exclude each other.
    """
    query = request.query_params
    combos = query.get("mve_filter", "")
    if combos not in ("", "only", "exclude"):
        raise rejected("mve_filter must be only or exclude")
    status = status_asked(request)
    return MarketFilter(
        tickers=names(request, "tickers"),
        event_ticker=query.get("event_ticker", ""),
        series_ticker=query.get("series_ticker", ""),
        status=status,
        only_combos=combos == "only",
        span=_span(request, status, combos),
    )


def _span(request: Request, status: str, combos: str) -> _Span | None:
    asked = [kind for kind in _TIMES if _ends(request, kind) != (None, None)]
    if not asked:
        return None
    if len(asked) > 1:
        raise incompatible(f"{asked[0]} and {asked[1]} time filters exclude each other")
    time_of, statuses = _TIMES[asked[0]]
    if status not in statuses:
        raise incompatible(f"{asked[0]} time filters do not go with status {status}")
    if asked[0] == "updated" and combos != "exclude":
        raise incompatible("updated time filters need mve_filter=exclude")
    least, most = _ends(request, asked[0])
    return _Span(time_of, least or 0, 9_999_999_999 if most is None else most)


def _ends(request: Request, kind: str) -> tuple[int | None, int | None]:
    return instant(request, f"min_{kind}_ts"), instant(request, f"max_{kind}_ts")
