"""What a reflex on markets would have done over a past interval of the tape. It starts nothing.

The moments are judged by the same code as live, and what matches is decided by the same rules.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Final

from playhead.automation.reflexes.conditions import mentioned
from playhead.automation.reflexes.decide import Because, Decider, Decision, Occasion
from playhead.automation.reflexes.market.engine import Match, ReflexFold
from playhead.automation.reflexes.market.errors import IntervalInvalid, MarketsTooMany
from playhead.automation.reflexes.market.fold import LIFECYCLE, MarketFold
from playhead.automation.reflexes.market.payload import payload_of
from playhead.automation.reflexes.market.tracked import Wanted, listening_of
from playhead.automation.reflexes.market.unknowns import Unknowns
from playhead.automation.reflexes.model import Reflex
from playhead.automation.reflexes.rehearsing import Firing, Progress, Rehearsal, Unknown
from playhead.automation.timeline import MarketNow, MarketUnknown, Moment, Timeline
from playhead.base.time import MICROS_PER_SECOND, Micros

LONGEST: Final = Micros(31 * 86_400 * MICROS_PER_SECOND)
MOST_MARKETS: Final = 1_000
MOST_MOMENTS: Final = 200_000
MOST_EXPLAINED: Final = 50
"""Of so many markets it is asked why they were not known at the ends."""
TURN: Final = 500
"""Moments after which others have a turn."""
TOLD: Final = 10_000
"""Moments after which it is told how far the rehearsal is."""

Told = Firing | Unknown | Progress | Rehearsal


class Rehearser:
    """Runs reflexes over the past."""

    def __init__(self, timeline: Timeline, now: Callable[[], Micros]) -> None:
        self._timeline = timeline
        self._now = now

    async def rehearse(
        self, reflex: Reflex, *, since: Micros, until: Micros, most: int
    ) -> Rehearsal:
        """Return what the reflex would have done in `[since, until)`, by its rules as they are.

        Raises:
            MarketUnknown: One of its markets was never recorded.
            IntervalInvalid: The interval is empty, too long, or not over yet.
            MarketsTooMany: It means too many markets to go through.
        """
        firings: list[Firing] = []
        unknown: list[Unknown] = []
        whole: Rehearsal | None = None
        async with aclosing(self.stream(reflex, since=since, until=until, most=most)) as told:
            async for each in told:
                if isinstance(each, Firing):
                    firings.append(each)
                elif isinstance(each, Unknown):
                    unknown.append(each)
                elif isinstance(each, Rehearsal):
                    whole = each
        assert whole is not None
        return replace(whole, firings=firings, unknown=unknown)

    async def stream(
        self, reflex: Reflex, *, since: Micros, until: Micros, most: int
    ) -> AsyncGenerator[Told, None]:
        """Give the same as it is found; last comes the rehearsal without what was given before.

        Raises: as `rehearse`.
        """
        if not since < until <= self._now() or until - since > LONGEST:
            raise IntervalInvalid(LONGEST // (86_400 * MICROS_PER_SECOND))
        wanted = Wanted.of(reflex.chosen.trigger.config)
        markets = await self._markets(wanted)
        run = _Run(reflex, wanted, markets, since, until, most)
        moments = self._timeline.replay(
            list(markets), since=since, until=until, kinds=wanted.on | {LIFECYCLE}
        )
        async with aclosing(moments):
            async for moment in moments:
                for each in run.take(moment):
                    yield each
                if run.has_more:
                    break
                if run.looked_at % TURN == 0:
                    await asyncio.sleep(0)
        for each in run.end():
            yield each
        for each in await self._explained(run):
            yield each
        yield run.summary()

    async def _markets(self, wanted: Wanted) -> dict[str, MarketNow]:
        found = await self._timeline.resolve(wanted.selector, most=MOST_MARKETS + 1)
        if len(found) > MOST_MARKETS:
            raise MarketsTooMany(MOST_MARKETS)
        markets = {market.ticker: market for market in found}
        for ticker in wanted.selector.tickers:
            if ticker not in markets:
                raise MarketUnknown(ticker)
        return markets

    async def _explained(self, run: "_Run") -> list[Unknown]:
        """Return what was not known where the tape itself gave no cause: at the ends."""
        found = []
        for number, each in enumerate(run.unknowns.unexplained()):
            if number < MOST_EXPLAINED:
                book = await self._timeline.book(each.ticker, Micros(each.until - 1))
                found.append(replace(each, cause=book.cause or each.cause))
            else:
                found.append(each)
        return found


@dataclass(slots=True)
class _Run:
    """One rehearsal while it goes on."""

    reflex: Reflex
    wanted: Wanted
    markets: dict[str, MarketNow]
    since: Micros
    until: Micros
    most: int
    looked_at: int = 0
    matched: int = 0
    fired: int = 0
    has_more: bool = False
    not_fired: Counter[str] = field(default_factory=Counter)
    unknowns: Unknowns = field(init=False)
    _fold: ReflexFold = field(init=False)
    _folds: dict[str, MarketFold] = field(init=False)
    _decider: Decider = field(init=False)
    _found: dict[int, Firing] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Stand at the beginning."""
        chosen = self.reflex.chosen
        listening = listening_of(
            self.wanted,
            chosen.condition,
            chosen.rules.dedupe_key,
            revision=self.reflex.revision,
            since=self.since,
        )
        self.unknowns = Unknowns(self.markets, self.since)
        self._fold = ReflexFold(listening)
        self._folds = {
            ticker: MarketFold(ticker, market.event_ticker)
            for ticker, market in self.markets.items()
        }
        self._decider = Decider(chosen.rules)

    def take(self, moment: Moment) -> list[Told]:
        """Judge a moment; return what there is to tell."""
        if self.looked_at == MOST_MOMENTS:
            self._stop(moment.received_at)
            return []
        self.looked_at += 1
        told: list[Told] = [*self.unknowns.take(moment)]
        market = self._folds[moment.ticker]
        kind = market.take(moment)
        match = None if kind is None else self._fold.see(market, moment, kind)
        if match is not None:
            told += self._meet(match, market)
        if self.looked_at % TOLD == 0:
            told.append(Progress(moment.received_at, self.looked_at))
        return told

    def end(self) -> list[Told]:
        """Decide the one that waits, if its quiet ended within the interval."""
        told: list[Told] = []
        if not self.has_more:
            told += self._decided(self._decider.settle(self.until))
            if self._decider.waiting is not None:
                self.not_fired[Because.WAITING] += 1
        return [*told, *self.unknowns.end(self.until)]

    def summary(self) -> Rehearsal:
        """Return what there is to say of the whole."""
        return Rehearsal(
            since=self.since,
            until=self.until,
            firings=(),
            has_more=self.has_more,
            matched=self.matched,
            not_fired=dict(self.not_fired),
            looked_at=self.looked_at,
        )

    def _meet(self, match: Match, market: MarketFold) -> list[Told]:
        told = self._decided(self._decider.settle(match.at))
        if self.has_more:
            return told
        self.matched += 1
        if self.reflex.chosen.rules.dedupe_key is not None and match.key is None:
            self.not_fired[Because.KEY_UNKNOWN] += 1
            return told
        condition = self.reflex.chosen.condition
        self._found[self.matched] = Firing(
            at=match.at,
            ticker=match.ticker,
            source_id=match.source_id,
            payload=payload_of(market, match.moment, match.kind),
            facts={} if condition is None else mentioned(condition, match.facts),
        )
        for decision in self._decider.meet(Occasion(self.matched, match.at, match.key)):
            told += self._decided(decision)
        return told

    def _decided(self, decision: Decision | None) -> list[Told]:
        if decision is None:
            return []
        assert isinstance(decision.occasion.id, int)
        firing = self._found.pop(decision.occasion.id)
        if not decision.fires:
            self.not_fired[decision.because] += 1
            return []
        if self.fired == self.most:
            self._stop(firing.at)
            return []
        self.fired += 1
        return [firing]

    def _stop(self, at: Micros) -> None:
        self.has_more, self.until = True, at
