"""The life of a market: it opens, pauses, resumes, closes, drains, is determined and settled.

Nothing is told of an opening and a closing: the exchange leaves those to the clock.
"""

from collections.abc import Callable
from functools import partial
from random import Random

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.books import DOLLAR
from playhead.history.exchange.simulated.agenda import Agenda
from playhead.history.exchange.simulated.happenings import LifecycleKind
from playhead.history.exchange.simulated.listing import Status
from playhead.history.exchange.simulated.market import Market
from playhead.history.exchange.simulated.trading import Trading
from playhead.history.exchange.simulated.venue import Venue

_Step = Callable[[Market, Micros], None]
_TRADABLE = (Status.ACTIVE, Status.INACTIVE)


class Lifecycle:
    """Plans and carries out the steps of markets' lives."""

    def __init__(self, venue: Venue, agenda: Agenda, trading: Trading, random: Random) -> None:
        self._venue = venue
        self._agenda = agenda
        self._trading = trading
        self._random = random

    def plan(self, market: Market) -> None:
        """Plan the opening, where it lies ahead, and the closing."""
        if market.listing.status is Status.INITIALIZED:
            self._agenda.plan(market.listing.open_at, partial(self._open, market))
        self._agenda.plan(market.listing.close_at, partial(self._close, market))

    def _open(self, market: Market, at: Micros) -> None:
        self._venue.turn(market, at, Status.ACTIVE)
        self._trading.flurry(market, at)

    def pause(self, market: Market, at: Micros, duration: Micros) -> None:
        """Stop the trading of an open market; the book stays until it resumes."""
        self._venue.turn(market, at, Status.INACTIVE)
        self._venue.tell(at, LifecycleKind.DEACTIVATED, market.listing)
        self._agenda.plan(at + duration, partial(self._resume, market))

    def _resume(self, market: Market, at: Micros) -> None:
        if market.listing.status is not Status.INACTIVE or self._waits(market, at, self._resume):
            return
        self._venue.publish(market, at, market.engine.cancel_all())
        self._venue.turn(market, at, Status.ACTIVE)
        self._venue.tell(at, LifecycleKind.ACTIVATED, market.listing)
        self._trading.flurry(market, at)

    def close_early(self, market: Market, at: Micros, close_at: Micros) -> None:
        """Move the closing to ``close_at`` and say so."""
        listing = market.change(at, close_at=close_at)
        self._venue.tell(at, LifecycleKind.CLOSE_DATE_UPDATED, listing)
        self._agenda.plan(close_at, partial(self._close, market))

    def _close(self, market: Market, at: Micros) -> None:
        if market.listing.status not in _TRADABLE or market.listing.close_at != at:
            return
        self._venue.turn(market, at, Status.CLOSED)
        self._later(market, at, self._drain, (0.2, 1.5))
        self._later(market, at, self._determine, (3.0, 12.0))

    def _drain(self, market: Market, at: Micros) -> None:
        if not self._waits(market, at, self._drain):
            self._venue.publish(market, at, market.engine.cancel_all())

    def _determine(self, market: Market, at: Micros) -> None:
        if self._waits(market, at, self._determine):
            return
        is_yes = self._random.randrange(DOLLAR) < (market.last_price or DOLLAR // 2)
        listing = market.change(
            at, status=Status.DETERMINED, result="yes" if is_yes else "no", determined_at=at
        )
        self._venue.tell(at, LifecycleKind.DETERMINED, listing)
        timer = listing.settlement_timer_seconds * MICROS_PER_SECOND
        self._agenda.plan(at + timer, partial(self._settle, market))

    def _settle(self, market: Market, at: Micros) -> None:
        listing = market.change(at, status=Status.FINALIZED, settled_at=at)
        self._venue.tell(at, LifecycleKind.SETTLED, listing)

    def _waits(self, market: Market, at: Micros, step: _Step) -> bool:
        # Where the matching engine stands still, the step is for when it goes on.
        resumes_at = self._venue.resumes_at(market, at)
        if resumes_at is not None:
            self._agenda.plan(resumes_at, partial(step, market))
        return resumes_at is not None

    def _later(self, market: Market, at: Micros, step: _Step, seconds: tuple[float, float]) -> None:
        delay = int(self._random.uniform(*seconds) * MICROS_PER_SECOND)
        self._agenda.plan(at + delay, partial(step, market))
