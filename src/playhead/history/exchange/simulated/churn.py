"""What keeps an exchange from standing still: new windows, new events, pauses, early closings."""

from functools import partial
from random import Random

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.exchange.simulated.agenda import Agenda
from playhead.history.exchange.simulated.catalogue import Template
from playhead.history.exchange.simulated.happenings import LifecycleKind
from playhead.history.exchange.simulated.lifecycle import Lifecycle
from playhead.history.exchange.simulated.listing import Status
from playhead.history.exchange.simulated.market import Market
from playhead.history.exchange.simulated.universe import Universe
from playhead.history.exchange.simulated.venue import Venue

_MEAN_GAP_SECONDS = 20
_MOST_MARKETS_OF_A_NEW_EVENT = 12


class Windows:
    """Keeps two markets of each rolling series listed: the open one and the next."""

    def __init__(
        self, venue: Venue, agenda: Agenda, lifecycle: Lifecycle, universe: Universe
    ) -> None:
        self._venue = venue
        self._agenda = agenda
        self._lifecycle = lifecycle
        self._universe = universe

    def begin(self, template: Template, at: Micros) -> None:
        """List the window that is open at ``at`` and the one after it, without a word."""
        every = template.every_seconds * MICROS_PER_SECOND
        boundary = (at // every + 1) * every
        for close_at in (boundary, boundary + every):
            draft = self._universe.window(template, Micros(close_at), at)
            self._lifecycle.plan(self._venue.enlist(draft, was_trading=True))
        self._agenda.plan(boundary, partial(self._roll, template))

    def _roll(self, template: Template, at: Micros) -> None:
        every = template.every_seconds * MICROS_PER_SECOND
        draft = self._universe.window(template, Micros(at + 2 * every), at)
        for market in self._venue.announce(at, [draft]):
            self._lifecycle.plan(market)
        self._agenda.plan(at + every, partial(self._roll, template))


class Churn:
    """Changes something about a standing market every twenty seconds or so."""

    def __init__(
        self,
        venue: Venue,
        agenda: Agenda,
        lifecycle: Lifecycle,
        universe: Universe,
        random: Random,
    ) -> None:
        self._venue = venue
        self._agenda = agenda
        self._lifecycle = lifecycle
        self._universe = universe
        self._random = random
        self._population = 0

    def begin(self, at: Micros) -> None:
        """Take the markets that stand now as the number to keep, and plan the first change."""
        self._population = len(self._standing())
        self._plan_next(at)

    def _plan_next(self, at: Micros) -> None:
        gap = self._random.expovariate(1 / _MEAN_GAP_SECONDS) * MICROS_PER_SECOND
        self._agenda.plan(at + int(gap) + 1, self._turn)

    def _turn(self, at: Micros) -> None:
        self._plan_next(at)
        standing = self._standing()
        if len(standing) < self._population:
            self._list_event(at)
        active = [market for market in standing if market.listing.status is Status.ACTIVE]
        if active:
            change = self._random.choice((self._pause, self._pause, self._end, self._amend))
            change(self._random.choice(active), at)

    def _standing(self) -> list[Market]:
        return [
            market
            for market in self._venue.markets.values()
            if market.listing.strike.kind != "greater_or_equal"
            and market.listing.status in (Status.ACTIVE, Status.INACTIVE, Status.INITIALIZED)
        ]

    def _list_event(self, at: Micros) -> None:
        drafts = self._universe.event(at, at, _MOST_MARKETS_OF_A_NEW_EVENT)
        for market in self._venue.announce(at, drafts):
            self._lifecycle.plan(market)

    def _pause(self, market: Market, at: Micros) -> None:
        self._lifecycle.pause(market, at, self._seconds(4, 15))

    def _end(self, market: Market, at: Micros) -> None:
        self._lifecycle.close_early(market, at, Micros(at + self._seconds(5, 30)))

    def _amend(self, market: Market, at: Micros) -> None:
        if market.listing.structure == "linear_cent":
            listing = market.change(at, structure="deci_cent")
            self._venue.tell(at, LifecycleKind.PRICE_LEVEL_STRUCTURE_UPDATED, listing)
        else:
            listing = market.change(at, yes_sub_title=f"{market.listing.yes_sub_title} (final)")
            self._venue.tell(at, LifecycleKind.METADATA_UPDATED, listing)

    def _seconds(self, least: int, most: int) -> Micros:
        return Micros(self._random.randint(least, most) * MICROS_PER_SECOND)
