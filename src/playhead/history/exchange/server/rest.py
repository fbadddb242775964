"""The exchange's REST interface for market data."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from playhead.base.time import MICROS_PER_SECOND
from playhead.history.exchange.server.bodies import Fields
from playhead.history.exchange.server.exchange import Exchange
from playhead.history.exchange.server.filters import STATUSES, market_filter, status_asked
from playhead.history.exchange.server.pages import (
    after,
    answer,
    flag,
    instant,
    names,
    not_found,
    page,
    rejected,
    whole,
)
from playhead.history.exchange.server.records import (
    book_record,
    event_record,
    market_record,
    series_record,
    trade_record,
)
from playhead.history.exchange.server.texts import time_text
from playhead.history.exchange.simulated import SHARDS, EventListing, Market, Traded

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST_BOOKS = 100
_TOP_LEVEL = ("exchange_active", "intra_exchange_transfers_active", "trading_active")


class Rest:
    """Answers from the exchange as it stands between two steps."""

    def __init__(self, exchange: Exchange) -> None:
        self._simulation = exchange.simulation
        self._venue = exchange.simulation.venue
        self._faults = exchange.faults

    def routes(self) -> list[Route]:
        """Return every route; what precedes a parameter must come before it."""
        return [
            Route("/exchange/status", self.status),
            Route("/exchange/schedule", self.schedule),
            Route("/series", self.list_series),
            Route("/series/{series_ticker}", self.read_series),
            Route("/events", self.list_events),
            Route("/events/{event_ticker}", self.read_event),
            Route("/markets", self.list_markets),
            Route("/markets/trades", self.list_trades),
            Route("/markets/orderbooks", self.list_books),
            Route("/markets/{ticker}", self.read_market),
            Route("/markets/{ticker}/orderbook", self.read_book),
        ]

    async def status(self, request: Request) -> Response:
        """Return which shards trade; 503 with the same body while the exchange is closed."""
        shards = [self._shard(index) for index in range(len(SHARDS))]
        first = {key: shards[0][key] for key in _TOP_LEVEL}
        resumes_at = self._venue.halts.end_of(0, self._simulation.now)
        if resumes_at is not None:
            first["exchange_estimated_resume_time"] = time_text(resumes_at)
        is_closed = self._faults.closed_until is not None
        return answer({**first, "exchange_index_statuses": shards}, 503 if is_closed else 200)

    def _shard(self, index: int) -> Fields:
        is_open = self._faults.closed_until is None
        return {
            "exchange_index": index,
            "description": SHARDS[index],
            "exchange_active": is_open,
            "intra_exchange_transfers_active": is_open,
            "trading_active": self._venue.halts.end_of(index, self._simulation.now) is None,
        }

    async def schedule(self, request: Request) -> Response:
        """Open around the clock but for the times when the exchange is, or was, closed."""
        hours: Fields = {day: [{"open_time": "00:00", "close_time": "00:00"}] for day in _DAYS}
        since = {"start_time": "2026-01-01T00:00:00Z", "end_time": "2036-01-01T00:00:00Z"}
        closures = [
            {"start_datetime": time_text(start), "end_datetime": time_text(end)}
            for start, end in self._faults.closures
        ]
        week = {"standard_hours": [hours | since], "maintenance_windows": closures}
        return answer({"schedule": week})

    async def list_series(self, request: Request) -> Response:
        """Return every series, or those of one category."""
        category = request.query_params.get("category", "")
        listed = self._venue.series.values()
        return answer(
            {"series": [series_record(one) for one in listed if category in ("", one.category)]}
        )

    async def read_series(self, request: Request) -> Response:
        """Return one series."""
        series = self._venue.series.get(request.path_params["series_ticker"])
        return not_found() if series is None else answer({"series": series_record(series)})

    async def list_events(self, request: Request) -> Response:
        """Return a page of events."""
        limit = whole(request, "limit", least=1, most=200, default=200)
        start = after(request)
        numbered = enumerate(self._events(request), start=1)
        rest = (pair for pair in numbered if pair[0] > start)
        taken, cursor = page(rest, limit, lambda pair: pair[0])
        nested = flag(request, "with_nested_markets")
        events = [self._event(event, nested=nested) for _, event in taken]
        return answer({"events": events, "cursor": cursor})

    def _events(self, request: Request) -> Iterator[EventListing]:
        series, tickers = request.query_params.get("series_ticker", ""), names(request, "tickers")
        statuses = STATUSES.get(status_asked(request))
        for event in self._venue.events.values():
            members = self._venue.members[event.ticker]
            if (
                series in ("", event.series.ticker)
                and (not tickers or event.ticker in tickers)
                and (not statuses or any(one.listing.status in statuses for one in members))
            ):
                yield event

    def _event(self, event: EventListing, *, nested: bool) -> Fields:
        markets: Fields = {"markets": self._member_records(event)} if nested else {}
        return event_record(event) | markets

    def _member_records(self, event: EventListing) -> list[Fields]:
        return [market_record(market) for market in self._venue.members[event.ticker]]

    async def read_event(self, request: Request) -> Response:
        """Return one event and, beside it or inside it, its markets."""
        event = self._venue.events.get(request.path_params["event_ticker"])
        if event is None:
            return not_found()
        nested = flag(request, "with_nested_markets")
        markets = [] if nested else self._member_records(event)
        return answer({"event": self._event(event, nested=nested), "markets": markets})

    async def list_markets(self, request: Request) -> Response:
        """Return a page of markets in the order in which they were listed."""
        limit = whole(request, "limit", least=1, most=1000, default=100)
        asked, start = market_filter(request), after(request)
        wanted = (
            market
            for market in self._venue.markets.values()
            if market.listing.number > start
            and asked.wants(market.listing)
            and self._faults.shows(market.listing)
        )
        taken, cursor = page(wanted, limit, lambda market: market.listing.number)
        return answer({"markets": [market_record(market) for market in taken], "cursor": cursor})

    async def read_market(self, request: Request) -> Response:
        """Return one market."""
        market = self._market(request)
        return not_found() if market is None else answer({"market": market_record(market)})

    async def read_book(self, request: Request) -> Response:
        """Return one book, best levels last."""
        depth = whole(request, "depth", least=0, most=100, default=0)
        market = self._market(request)
        if market is None:
            return not_found()
        return answer({"orderbook_fp": book_record(market.book(), depth)})

    async def list_books(self, request: Request) -> Response:
        """Return the books of the markets named; unknown ones are left out."""
        tickers = request.query_params.getlist("tickers")
        if not 1 <= len(tickers) <= _MOST_BOOKS:
            raise rejected(f"tickers must name between 1 and {_MOST_BOOKS} markets")
        known = (self._venue.markets.get(ticker) for ticker in tickers)
        books = [
            {"ticker": market.ticker, "orderbook_fp": book_record(market.book(), 0)}
            for market in known
            if market is not None
        ]
        return answer({"orderbooks": books})

    async def list_trades(self, request: Request) -> Response:
        """Return a page of trades, newest first."""
        limit = whole(request, "limit", least=1, most=1000, default=100)
        taken, cursor = page(self._trades(request), limit, lambda trade: trade.number)
        return answer({"trades": [trade_record(trade) for trade in taken], "cursor": cursor})

    def _trades(self, request: Request) -> Iterator[Traded]:
        ticker, before = request.query_params.get("ticker", ""), after(request)
        least, most = instant(request, "min_ts") or 0, instant(request, "max_ts")
        if flag(request, "is_block_trade"):
            return
        for trade in reversed(self._venue.trades):
            at = trade.at // MICROS_PER_SECOND
            if at < least:
                return
            if (
                ticker in ("", trade.ticker)
                and (most is None or at <= most)
                and (not before or trade.number < before)
            ):
                yield trade

    def _market(self, request: Request) -> Market | None:
        market = self._venue.markets.get(request.path_params["ticker"])
        return market if market is not None and self._faults.shows(market.listing) else None
