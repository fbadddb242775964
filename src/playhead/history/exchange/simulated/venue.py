"""The exchange as it stands: what is listed, what was traded, what was just told."""

from bisect import bisect_right
from collections import defaultdict, deque
from functools import partial
from itertools import accumulate
from random import Random

from playhead.base.time import Micros
from playhead.history.exchange.simulated.agenda import Agenda
from playhead.history.exchange.simulated.engine import Effect
from playhead.history.exchange.simulated.halts import Halts
from playhead.history.exchange.simulated.happenings import (
    EventCreated,
    Happening,
    LifecycleChanged,
    LifecycleKind,
    Quoted,
    Traded,
)
from playhead.history.exchange.simulated.listing import EventListing, Listing, SeriesListing, Status
from playhead.history.exchange.simulated.market import QUOTE_INTERVAL, Market
from playhead.history.exchange.simulated.universe import Draft

_TRADES_KEPT = 50_000


class Venue:
    """Every market, and the one place through which anything becomes public.

    ``trades`` holds the newest ones only, oldest first; the counts cover the whole run.
    """

    def __init__(self, seed: int, agenda: Agenda) -> None:
        self.series: dict[str, SeriesListing] = {}
        self.events: dict[str, EventListing] = {}
        self.markets: dict[str, Market] = {}
        self.members: dict[str, list[Market]] = defaultdict(list)
        self.trades: deque[Traded] = deque(maxlen=_TRADES_KEPT)
        self.halts = Halts()
        self.change_count = 0
        self.trade_count = 0
        self._seed = seed
        self._agenda = agenda
        self._told: list[Happening] = []
        self._roster: list[Market] = []
        self._weights: list[float] = []
        self._roster_is_stale = True

    def enlist(self, draft: Draft, *, was_trading: bool) -> Market:
        """Add a market, and its event and series if they are new, without a word."""
        listing, event = draft.listing, draft.listing.event
        self.series.setdefault(event.series.ticker, event.series)
        self.events.setdefault(event.ticker, event)
        market = Market(
            listing,
            seed=self._seed,
            weight=draft.weight,
            fair=draft.fair,
            was_trading=was_trading,
        )
        self.markets[listing.ticker] = market
        self.members[event.ticker].append(market)
        self._roster_is_stale = True
        return market

    def announce(self, at: Micros, drafts: list[Draft]) -> list[Market]:
        """List the markets of one new event and tell the world of it and of each of them."""
        self._told.append(EventCreated(at, drafts[0].listing.event))
        markets = [self.enlist(draft, was_trading=False) for draft in drafts]
        for market in markets:
            self.tell(at, LifecycleKind.CREATED, market.listing)
        return markets

    def tell(self, at: Micros, kind: LifecycleKind, listing: Listing) -> None:
        """Publish a step in a market's life."""
        self._told.append(LifecycleChanged(at, kind, listing))

    def turn(self, market: Market, at: Micros, status: Status) -> None:
        """Move a market to another state, without a word."""
        market.change(at, status=status)
        self._roster_is_stale = True

    def resumes_at(self, market: Market, at: Micros) -> Micros | None:
        """Return when the market's matching engine goes on; None if it does not stand still."""
        return self.halts.end_of(market.listing.event.series.exchange_index, at)

    def publish(self, market: Market, at: Micros, effects: list[Effect]) -> None:
        """Make the effects of an action public, and the quote within a second."""
        for happening in market.told(at, effects, self.trade_count + 1):
            self._told.append(happening)
            if type(happening) is Traded:
                self.trade_count = happening.number
                self.trades.append(happening)
            else:
                self.change_count += 1
        if effects and not market.quote_is_due:
            market.quote_is_due = True
            earliest = at if market.quoted_at is None else market.quoted_at + QUOTE_INTERVAL
            self._agenda.plan(max(at, earliest), partial(self._quote, market))

    def _quote(self, market: Market, at: Micros) -> None:
        market.quote_is_due = False
        quote = market.quote()
        if quote != market.last_quote:
            market.last_quote, market.quoted_at = quote, at
            self._told.append(Quoted(at, market.ticker, quote))

    def pick(self, random: Random) -> Market | None:
        """Return an open market, drawn by weight; None if none is open."""
        if self._roster_is_stale:
            self._call_the_roster()
        if not self._roster:
            return None
        index = bisect_right(self._weights, random.random() * self._weights[-1])
        return self._roster[min(index, len(self._roster) - 1)]

    def _call_the_roster(self) -> None:
        self._roster = [
            market for market in self.markets.values() if market.listing.status is Status.ACTIVE
        ]
        self._weights = list(accumulate(market.weight for market in self._roster))
        self._roster_is_stale = False

    def collect(self) -> list[Happening]:
        """Return what was told since the last call."""
        told, self._told = self._told, []
        return told
