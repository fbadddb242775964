"""Books whose best bids sum to a dollar or more.

The two would have been matched, so such a book is wrong, unless it is seen between the messages of
one match or the exchange itself says so.
"""

from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.history.ingest.limits import Limits
from playhead.history.ingest.live import Live


@dataclass(slots=True)
class Crossing:
    """A crossed book: since when, how many changes ago; ``is_said`` if a snapshot says the same."""

    since: Micros | None
    changes: int = 0
    is_said: bool = False


class Crossings:
    """The crossed books of one capture."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.open: dict[str, Crossing] = {}

    def opened(self, live: Live) -> None:
        """Take in a snapshot: what it says is so."""
        if live.tighten():
            self.open[live.ticker] = Crossing(None, is_said=True)
        else:
            self.open.pop(live.ticker, None)

    def moved(self, live: Live, at: Micros | None) -> None:
        """Take in a change of a book that may be crossed; ``at`` is the time of its stream."""
        if not live.tighten():
            self.open.pop(live.ticker, None)
            return
        crossing = self.open.setdefault(live.ticker, Crossing(at))
        crossing.changes += 1

    def overdue(self, ticker: str, at: Micros | None) -> bool:
        """Tell whether a book is crossed for longer than the messages of a match can explain."""
        crossing = self.open[ticker]
        if crossing.is_said:
            return False
        lasted = at - crossing.since if at is not None and crossing.since is not None else 0
        return lasted > self._limits.crossed or crossing.changes >= self._limits.crossed_changes

    def drop(self, live: Live) -> None:
        """Forget a book."""
        self.open.pop(live.ticker, None)
