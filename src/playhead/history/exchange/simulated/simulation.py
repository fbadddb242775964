"""The simulated exchange as a whole: virtual time goes forward, happenings come out."""

from collections.abc import Iterable

from playhead.base.time import Micros
from playhead.history.exchange.simulated.agenda import Agenda
from playhead.history.exchange.simulated.catalogue import ROLLING
from playhead.history.exchange.simulated.churn import Churn, Windows
from playhead.history.exchange.simulated.halts import SHARDS
from playhead.history.exchange.simulated.happenings import Happening
from playhead.history.exchange.simulated.identity import dice_of
from playhead.history.exchange.simulated.lifecycle import Lifecycle
from playhead.history.exchange.simulated.market import Market
from playhead.history.exchange.simulated.trading import Trading
from playhead.history.exchange.simulated.universe import Universe
from playhead.history.exchange.simulated.venue import Venue


class Simulation:
    """An exchange that depends on its arguments alone: the same ones give the same happenings.

    How time is cut into calls of ``advance`` makes no difference.

    Args:
        seed: Of every die that is thrown.
        start: Exchange time at the beginning.
        markets: Listed at the start; one in ten series of them rolls over while you watch.
        rate: Changes of books a second, over all markets, in the long run.
    """

    def __init__(self, *, seed: int, start: Micros, markets: int, rate: float) -> None:
        self.now = start
        self._agenda = Agenda()
        self.venue = Venue(seed, self._agenda)
        universe = Universe(seed, start)
        self._trading = Trading(self.venue, self._agenda, dice_of(seed, "trading"), rate)
        lifecycle = Lifecycle(self.venue, self._agenda, self._trading, dice_of(seed, "lifecycle"))
        self._list_everything(universe, lifecycle, markets)
        churn = Churn(self.venue, self._agenda, lifecycle, universe, dice_of(seed, "churn"))
        churn.begin(start)
        self._trading.begin(start)

    def _list_everything(self, universe: Universe, lifecycle: Lifecycle, markets: int) -> None:
        rolling = ROLLING[: markets // 10]
        for draft in universe.standing(markets - 2 * len(rolling)):
            lifecycle.plan(self.venue.enlist(draft, was_trading=True))
        windows = Windows(self.venue, self._agenda, lifecycle, universe)
        for template in rolling:
            windows.begin(template, self.now)

    def advance(self, until: Micros) -> list[Happening]:
        """Let time pass up to and including ``until`` and return what happened, in order.

        The state of the markets is then that of ``until``: look at it only between two calls.
        """
        self._agenda.run(until)
        self.now = max(self.now, until)
        return self.venue.collect()

    def halt(self, until: Micros, shards: Iterable[int] = range(len(SHARDS))) -> None:
        """Let matching engines stand still from now on until ``until``, exclusive.

        Their books stay as they are; what the clock brings about in them meanwhile comes then.
        """
        self.venue.halts.begin(until, shards)

    def market(self, ticker: str) -> Market | None:
        """Return the market that has ever been listed under ``ticker``."""
        return self.venue.markets.get(ticker)
