"""What the books must be after every message, folded from the simulation's own events."""

from collections import Counter
from collections.abc import Mapping

from playhead.base.time import Micros
from playhead.history.books import Book, Price, Side, Size, set_level
from playhead.history.exchange import ExchangeOptions, Simulation
from playhead.history.exchange.simulated import BookChanged
from tests.peers.clients.journal import line_of


class Truth:
    """A second run of the same simulation, looked at from inside."""

    def __init__(self, options: ExchangeOptions, until: Micros) -> None:
        assert options.start is not None
        self._simulation = Simulation(
            seed=options.seed, start=options.start, markets=options.markets, rate=options.rate
        )
        self._first = {
            ticker: market.book() for ticker, market in self._simulation.venue.markets.items()
        }
        happenings = self._simulation.advance(until)
        self.changes = [one for one in happenings if isinstance(one, BookChanged)]

    def busiest(self, count: int) -> list[str]:
        """Return the markets listed at the start whose books changed most."""
        changes = Counter(one.ticker for one in self.changes if one.ticker in self._first)
        return [ticker for ticker, _ in changes.most_common(count)]

    def lines(self, tickers: list[str]) -> list[str]:
        """Return the journal of a perfect client: a snapshot each, then every change in order."""
        books = {ticker: _live(self._first[ticker]) for ticker in tickers}
        lines = [_line(ticker, books[ticker]) for ticker in tickers]
        for change in self.changes:
            if change.ticker in books:
                book = books[change.ticker]
                set_level(book[change.side], change.price, change.size)
                lines.append(_line(change.ticker, book))
        return lines


_Sides = tuple[dict[Price, Size], dict[Price, Size]]


def _live(book: Book) -> _Sides:
    return dict(book.yes), dict(book.no)


def _line(ticker: str, book: _Sides) -> str:
    return line_of(ticker, _text(book[Side.YES]), _text(book[Side.NO]))


def _text(levels: Mapping[Price, Size]) -> str:
    return ",".join(f"{price}:{size}" for price, size in sorted(levels.items()))
