"""When the crowds act: arrivals over all open markets, and the flurry after an opening."""

from functools import partial
from random import Random

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.exchange.simulated.agenda import Agenda
from playhead.history.exchange.simulated.arrivals import Arrivals
from playhead.history.exchange.simulated.listing import Status
from playhead.history.exchange.simulated.market import Market
from playhead.history.exchange.simulated.venue import Venue

_FLURRY_ACTIONS = 40
_PAST_MICROS = 60 * MICROS_PER_SECOND
_FLURRY_MICROS = 3 * MICROS_PER_SECOND


class Trading:
    """Lets markets act, each as often as its weight says."""

    def __init__(self, venue: Venue, agenda: Agenda, random: Random, rate: float) -> None:
        self._venue = venue
        self._agenda = agenda
        self._random = random
        self._arrivals = Arrivals(random, rate)

    def begin(self, at: Micros) -> None:
        """Plan the first arrival, each plans the next, and what the past brings about from ``at``.

        Without a past, activity would take its time to reach its rate.
        """
        self._agenda.plan(at + self._arrivals.gap(), self._arrive)
        earlier = Micros(at - _PAST_MICROS)
        while (earlier := Micros(earlier + self._arrivals.gap())) < at:
            market = self._venue.pick(self._random)
            if market is not None:
                self._plan_descendants(market, earlier, at)

    def _plan_descendants(self, market: Market, ancestor: Micros, start: Micros) -> None:
        generation = [ancestor]
        while generation:
            children = [one + delay for one in generation for delay in self._arrivals.delays()]
            for child in children:
                if child >= start:
                    self._agenda.plan(child, partial(self._excite, market))
            generation = [Micros(child) for child in children if child < start]

    def flurry(self, market: Market, at: Micros) -> None:
        """Plan the quotes that come as soon as a market opens or resumes."""
        for _ in range(_FLURRY_ACTIONS):
            later = at + self._random.randrange(_FLURRY_MICROS)
            self._agenda.plan(later, partial(self._act, market))

    def _arrive(self, at: Micros) -> None:
        self._agenda.plan(at + self._arrivals.gap(), self._arrive)
        market = self._venue.pick(self._random)
        if market is not None:
            self._excite(market, at)

    def _excite(self, market: Market, at: Micros) -> None:
        if self._act(market, at):
            for delay in self._arrivals.delays():
                self._agenda.plan(at + delay, partial(self._excite, market))

    def _act(self, market: Market, at: Micros) -> bool:
        if market.listing.status is not Status.ACTIVE or self._venue.resumes_at(market, at):
            return False
        self._venue.publish(market, at, market.act())
        return True
