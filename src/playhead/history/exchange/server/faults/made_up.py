"""Faults of invention: frames, well formed and numbered, that tell of nothing that happened."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playhead.history.books import Book, Price, Side, Size
from playhead.history.exchange.server.bodies import delta_body, to_json
from playhead.history.exchange.server.faults.errors import NothingFits
from playhead.history.exchange.server.faults.ground import Ground
from playhead.history.exchange.server.faults.kinds import FaultKind
from playhead.history.exchange.server.faults.record import Injected
from playhead.history.exchange.server.subscription import Subscription
from playhead.history.exchange.simulated import BookChanged, Market, Status

UNKNOWN_TYPE = "market_weather"

_CONTRACT = Size(100)
_SIDES = (Side.YES, Side.NO)
_OTHER = (Side.NO, Side.YES)


@dataclass(frozen=True, slots=True)
class _Lie:
    side: Side
    price: Price
    size: Size


_Inventor = Callable[[Market, Book], _Lie | None]


class MadeUpFaults(Ground):
    """They act at once.

    Those that change a book take ``ticker``, else the first market of the subscription in which
    they can be made. They raise ``UnknownConnection`` where there is no such subscription (to
    books, but for ``unknown_type``), and ``NothingFits`` where no market is fit, or nothing comes
    through any more. Other faults, which wait for frames, do not meet these.
    """

    def unknown_type(self, connection: int, sid: int) -> Injected:
        """Send a numbered frame of a type that nobody has ever heard of."""
        held = self._subscription(connection, sid)
        self._deliver(connection, held, UNKNOWN_TYPE, to_json({"outlook": "fair"}))
        return self._record(FaultKind.UNKNOWN_TYPE, connection, sid)

    def off_grid(self, connection: int, sid: int, ticker: str | None = None) -> Injected:
        """Add to a book at half of the lowest price that it may have."""
        return self._lie(FaultKind.OFF_GRID, connection, sid, ticker, _off_grid)

    def cross(self, connection: int, sid: int, ticker: str | None = None) -> Injected:
        """Add a bid at the highest price there is, opposite to bids that it would have met.

        The book stays crossed as long as the other side has a bid.
        """
        return self._lie(FaultKind.CROSS, connection, sid, ticker, _crossing)

    def negative(self, connection: int, sid: int, ticker: str | None = None) -> Injected:
        """Take a contract more away from the best bid than rests there, or from nothing."""
        return self._lie(FaultKind.NEGATIVE, connection, sid, ticker, _too_much)

    def _lie(
        self, kind: FaultKind, connection: int, sid: int, ticker: str | None, invent: _Inventor
    ) -> Injected:
        book = self._book(connection, sid)
        for market in self._told(book, ticker):
            lie = invent(market, market.book())
            if lie is not None:
                self._tell(connection, book, market, lie)
                return self._record(kind, connection, sid, tickers=(market.ticker,), loses=True)
        raise NothingFits(f"no market of subscription {sid} is fit for {kind}", sid=sid)

    def _told(self, book: Subscription, ticker: str | None) -> Iterator[Market]:
        # What the client has a book of, first those that are open.
        named = (book.tickers or ()) if ticker is None else (ticker,)
        markets = [
            market
            for market in map(self._simulation.market, named)
            if market is not None and self._hub.reaches(book, market.ticker)
        ]
        yield from (one for one in markets if one.listing.status is Status.ACTIVE)
        yield from (one for one in markets if one.listing.status is Status.INACTIVE)

    def _tell(self, connection: int, book: Subscription, market: Market, lie: _Lie) -> None:
        change = BookChanged(self._simulation.now, market.ticker, lie.side, lie.price, lie.size)
        body = delta_body(change, market.listing.market_id, use_yes_price=book.use_yes_price)
        self._deliver(connection, book, "orderbook_delta", body)

    def _deliver(self, connection: int, held: Subscription, kind: str, body: str) -> None:
        tampering = self._tampering(connection)
        if tampering.is_silent(held.sid):
            raise NothingFits(f"subscription {held.sid} says nothing any more", sid=held.sid)
        with tampering.let_through():
            held.recipient.deliver(held, kind, body, self._simulation.now // 1000)


def _off_grid(market: Market, book: Book) -> _Lie:
    return _Lie(Side.YES, Price(market.listing.grid.prices[0] // 2), _CONTRACT)


def _crossing(market: Market, book: Book) -> _Lie | None:
    for side in _SIDES:
        if book.side(_OTHER[side]):
            return _Lie(side, market.listing.grid.prices[-1], _CONTRACT)
    return None


def _too_much(market: Market, book: Book) -> _Lie:
    for side in _SIDES:
        bids = book.side(side)
        if bids:
            best = max(bids)
            return _Lie(side, best, Size(-bids[best] - _CONTRACT))
    return _Lie(Side.YES, market.listing.grid.prices[0], Size(-_CONTRACT))
