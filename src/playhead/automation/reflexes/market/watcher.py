"""Follows the tape for the market reflexes of all organisations.

One process at a time does; others wait for the lead. What a reflex matches is noted, and where it
is in the tape kept, in one transaction of its organisation. Whoever goes on from what was kept
finds the same matches again under the same names: none is lost and none is noted twice.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from itertools import groupby
from uuid import UUID

from playhead.automation.reflexes.events import note_events
from playhead.automation.reflexes.market.engine import ReflexFold
from playhead.automation.reflexes.market.fold import LIFECYCLE, TRADE, MarketFold
from playhead.automation.reflexes.market.positions import KeptPlace, restored
from playhead.automation.reflexes.market.repository import (
    Lead,
    MarketReflex,
    Positions,
    active_reflexes,
    leading,
)
from playhead.automation.reflexes.market.tracked import Tracked, Wanted, listening_of
from playhead.automation.timeline import MarketNow, Moment, Place, Selector, Timeline
from playhead.base.errors import PlayheadError
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.jobs import JobBell, SilentBell
from playhead.storage.postgres import Database, DatabaseUnavailable
from playhead.storage.tenants import Tenant, Tenants

LOOK_SECONDS = 0.1
"""Between two looks at the tape while something is followed."""
WAIT_SECONDS = 1.0
"""Between two times that one without the lead asks for it."""
IDLE_SECONDS = 0.5
RENEW = Micros(MICROS_PER_SECOND // 2)
"""Between two looks at which reflexes there are."""
RESOLVE = Micros(5 * MICROS_PER_SECOND)
"""Between two looks at which markets they mean."""
KEEP = Micros(10 * MICROS_PER_SECOND)
"""Between two times that the place of a reflex is kept, where it matches nothing."""
AGAIN = Micros(5 * MICROS_PER_SECOND)
"""After so long a reflex is taken up again that could not be read or its matches not be noted."""
MOST_MOMENTS = 5_000
MOST_MARKETS = 20_000
QUICKLY_KEPT = 200
"""Markets of a reflex whose places are kept with every match."""
FORGOTTEN = Micros(86_400 * MICROS_PER_SECOND)
"""After so long the place of a market that has ended is kept no more."""
_log = logging.getLogger(__name__)


class MarketWatcher:
    """The loop of a worker."""

    def __init__(
        self,
        database: Database,
        tenants: Tenants,
        timeline: Timeline,
        *,
        now: Callable[[], Micros],
        bell: JobBell | None = None,
        look_seconds: float = LOOK_SECONDS,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._database = database
        self._tenants = tenants
        self._timeline = timeline
        self._now = now
        self._bell = bell or SilentBell()
        self._look_seconds = look_seconds
        self._wait_seconds = wait_seconds

    async def run(self) -> None:
        """Follow the tape whenever nobody else does, until cancelled."""
        while True:
            try:
                async with leading(self._database) as lead:
                    if lead is not None:
                        await self._follow(lead)
            except Exception:  # noqa: BLE001 -- the supervision point: the next goes on
                _log.exception("the watcher of markets stopped; another one goes on")
            await asyncio.sleep(self._wait_seconds)

    async def _follow(self, lead: Lead) -> None:
        watch = Watch(self._tenants, self._timeline, self._now, self._bell)
        while True:
            await watch.renew()
            if not await watch.look():
                await asyncio.sleep(self._look_seconds if watch.is_busy else IDLE_SECONDS)
            await lead.check()


class Watch:
    """What one leader knows. After an error another one goes on from what was kept."""

    def __init__(
        self,
        tenants: Tenants,
        timeline: Timeline,
        now: Callable[[], Micros],
        bell: JobBell,
    ) -> None:
        self._tenants = tenants
        self._timeline = timeline
        self._now = now
        self._bell = bell
        self._feed = timeline.feed()
        self._tracked: dict[UUID, Tracked] = {}
        self._markets: dict[str, MarketFold] = {}
        self._listeners: dict[str, list[Tracked]] = {}
        self._resolved: dict[Selector, list[MarketNow]] = {}
        self._failed: dict[UUID, Micros] = {}
        self._renewed_at = self._resolved_at = Micros(0)

    @property
    def is_busy(self) -> bool:
        """Whether any reflex is followed."""
        return bool(self._tracked)

    # -- which reflexes, which markets ------------------------------------------------------------

    async def renew(self) -> None:
        """Look, now and then, which reflexes there are and which markets they mean."""
        now = self._now()
        if 0 <= now - self._renewed_at < RENEW:
            return
        self._renewed_at = now
        active = {each.reflex_id: each for each in await active_reflexes(self._tenants)}
        gone = [
            reflex_id
            for reflex_id, tracked in self._tracked.items()
            if reflex_id not in active or active[reflex_id].revision != tracked.reflex.revision
        ]
        for reflex_id in gone:
            self._drop(reflex_id)
        new = [
            each
            for reflex_id, each in active.items()
            if reflex_id not in self._tracked and self._failed.get(reflex_id, now) <= now
        ]
        for org_id, each in groupby(sorted(new, key=_by_org), lambda reflex: reflex.org_id):
            await self._take_up(org_id, list(each))
        if not 0 <= now - self._resolved_at < RESOLVE:
            self._resolved_at, self._resolved = now, {}
            for tracked in self._tracked.values():
                if not tracked.is_settled:
                    await self._join(tracked)

    async def _take_up(self, org_id: UUID, reflexes: Sequence[MarketReflex]) -> None:
        """Begin to follow reflexes of one organisation, each from where it was."""
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            found = await Positions(transaction, org_id).load([r.reflex_id for r in reflexes])
        for reflex in reflexes:
            revision, state = found.get(reflex.reflex_id, (reflex.revision, None))
            kept = restored(state) if revision == reflex.revision else {}
            # What decides was changed: what came before the change concerns nobody.
            is_changed = revision != reflex.revision
            since = max(reflex.active_since, reflex.updated_at if is_changed else Micros(0))
            await self._begin(reflex, dict(kept), since)

    async def _begin(self, reflex: MarketReflex, kept: dict[str, KeptPlace], since: Micros) -> None:
        try:
            wanted = Wanted.of(reflex.config)
            listening = listening_of(
                wanted,
                reflex.condition,
                reflex.dedupe_key,
                revision=reflex.revision,
                since=since,
            )
        except PlayheadError as error:
            _log.error("a reflex on markets cannot be read: %s", error.message)
            self._failed[reflex.reflex_id] = Micros(self._now() + AGAIN)
            return
        tracked = Tracked(reflex, wanted, ReflexFold(listening), self._now())
        live = {market.ticker for market in await self._meant(tracked)}
        for ticker, each in kept.items():
            if each.received_at < since:
                continue  # of a time before it was activated again
            is_old = each.received_at < self._now() - FORGOTTEN
            if is_old and not (each.is_open or ticker in live):
                continue  # it has ended, and all of it was judged
            tracked.places[ticker] = each.place
            tracked.fold.resume(ticker, each.place, holds=each.holds)
        self._tracked[reflex.reflex_id] = tracked
        await self._join(tracked)

    async def _join(self, tracked: Tracked) -> None:
        """Follow the markets that a reflex means, those that came up meanwhile too."""
        since = tracked.fold.listening.since
        for market in await self._meant(tracked):
            tracked.places.setdefault(market.ticker, Place.start(since))
            if market.ticker not in self._markets:
                self._markets[market.ticker] = MarketFold(market.ticker, market.event_ticker)
        new = {
            ticker: place
            for ticker, place in tracked.places.items()
            if tracked not in self._listeners.setdefault(ticker, [])
        }
        for ticker in new:
            self._listeners[ticker].append(tracked)
            self._markets.setdefault(ticker, MarketFold(ticker))
        await self._feed.follow(new, self._kinds())

    async def _meant(self, tracked: Tracked) -> list[MarketNow]:
        """Return the markets that a reflex means and that may still move."""
        selector = tracked.wanted.selector
        found = self._resolved.get(selector)
        if found is None:
            found = await self._timeline.resolve(selector, most=MOST_MARKETS, only_live=True)
            self._resolved[selector] = found
        return found

    def _kinds(self) -> Collection[str]:
        kinds = {kind for each in self._tracked.values() for kind in each.wanted.on}
        return kinds & {TRADE} | {LIFECYCLE}

    def _drop(self, reflex_id: UUID) -> None:
        tracked = self._tracked.pop(reflex_id)
        for ticker in tracked.places:
            listeners = self._listeners[ticker]
            listeners.remove(tracked)
            if not listeners:
                del self._listeners[ticker], self._markets[ticker]
                self._feed.forget([ticker])

    # -- the tape ---------------------------------------------------------------------------------

    async def look(self) -> bool:
        """Judge what has happened, note what matches; return whether there was anything."""
        if not self._tracked:
            return False
        moments = await self._feed.next(most=MOST_MOMENTS)
        for moment in moments:
            self._judge(moment)
        touched = {moment.ticker for moment in moments}
        self._move(touched)
        await self._note()
        return bool(moments)

    def _judge(self, moment: Moment) -> None:
        market = self._markets.get(moment.ticker)
        if market is None:
            return
        kind = market.take(moment)
        if kind is None:
            return
        for tracked in self._listeners[moment.ticker]:
            match = tracked.fold.see(market, moment, kind)
            if match is not None:
                tracked.meet(match, market)

    def _move(self, tickers: Collection[str]) -> None:
        """Remember how far the reflexes on these markets are."""
        for ticker, place in self._feed.places(tickers).items():
            for tracked in self._listeners.get(ticker, ()):
                if tracked.fold.has_seen(ticker, place):
                    tracked.places[ticker] = place
                    tracked.is_moved = True

    async def _note(self) -> None:
        now, rang = self._now(), False
        for tracked in list(self._tracked.values()):
            is_old = not 0 <= now - tracked.kept_at < KEEP
            if tracked.events or (tracked.is_moved and is_old):
                rang |= await self._note_safely(tracked, now, is_old=is_old)
        if rang:
            await self._bell.ring()

    async def _note_safely(self, tracked: Tracked, now: Micros, *, is_old: bool) -> bool:
        """Note the matches of a reflex; one that cannot be noted holds up no other."""
        try:
            return await self._note_one(tracked, now, is_old=is_old)
        except DatabaseUnavailable:
            raise
        except Exception:  # noqa: BLE001 -- the supervision point: no reflex holds up others
            reflex_id = tracked.reflex.reflex_id
            _log.exception("what reflex %s met is not noted; it is looked for again", reflex_id)
            self._failed[reflex_id] = Micros(now + AGAIN)
            self._drop(reflex_id)
            return False

    async def _note_one(self, tracked: Tracked, now: Micros, *, is_old: bool) -> bool:
        """Note the matches of a reflex and where it is, together."""
        reflex = tracked.reflex
        keeps = is_old or len(tracked.places) <= QUICKLY_KEPT
        async with self._tenants.transaction(Tenant(reflex.org_id)) as transaction:
            positions = Positions(transaction, reflex.org_id)
            if keeps:
                is_same = await positions.move_on(
                    reflex.reflex_id, reflex.revision, tracked.kept(), now=now
                )
            else:
                is_same = await positions.is_same(reflex.reflex_id, reflex.revision)
            events, tracked.events = tracked.events, []
            if is_same and events:
                await note_events(transaction, reflex.org_id, events, now=now)
        if keeps:
            tracked.kept_at, tracked.is_moved = now, False
        if not is_same:
            self._drop(reflex.reflex_id)
        return is_same and bool(events)


def _by_org(reflex: MarketReflex) -> str:
    return str(reflex.org_id)
