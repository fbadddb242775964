"""Where the tape did not know the book, so that no firing is told from no data. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from playhead.automation.reflexes.rehearsing import Unknown
from playhead.automation.timeline import BookClosed, BookOpened, Moment
from playhead.base.time import Micros

NOT_TOLD = "not_recorded"


@dataclass(frozen=True, slots=True)
class _Hole:
    since: Micros
    cause: str | None


class Unknowns:
    """Watches the moments of an interval."""

    def __init__(self, tickers: Collection[str], since: Micros) -> None:
        self._since = since
        self._holes = {ticker: _Hole(since, None) for ticker in tickers}
        self._unexplained: list[Unknown] = []

    def take(self, moment: Moment) -> list[Unknown]:
        """Take a moment into account; return the stretch that it ended."""
        if type(moment) is BookClosed:
            at = max(self._since, Micros(moment.received_at + 1))
            self._holes[moment.ticker] = _Hole(at, moment.cause)
        elif type(moment) is BookOpened:
            hole = self._holes.pop(moment.ticker, None)
            if hole is not None:
                return self._ended(moment.ticker, hole, moment.received_at)
        return []

    def end(self, until: Micros) -> list[Unknown]:
        """Return what is unknown up to the end."""
        holes, self._holes = self._holes, {}
        return [each for ticker, hole in holes.items() for each in self._ended(ticker, hole, until)]

    def unexplained(self) -> list[Unknown]:
        """Return the stretches whose cause the moments did not tell."""
        return self._unexplained

    def _ended(self, ticker: str, hole: _Hole, until: Micros) -> list[Unknown]:
        if hole.since >= until:
            return []
        unknown = Unknown(ticker, hole.since, until, hole.cause or NOT_TOLD)
        if hole.cause is not None:
            return [unknown]
        self._unexplained.append(unknown)
        return []
