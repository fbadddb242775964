"""What a reflex makes of the moments of its markets. Pure: the same live and over the past.

The rules:

1. The condition is judged after each moment of the kinds that the reflex listens to, with the book
   right after it. It never sees a book that is not proven; where something that it looks at does
   not exist it does not hold.
2. In mode ``edge`` it matches where it comes to hold and did not before, market by market. In mode
   ``each`` it matches whenever it holds. Without a condition every moment matches.
3. What it came to is kept while a book is unknown: a book that is known again, and for which it
   still holds, is no edge.
4. What was received before the reflex was active (before a rehearsal begins) sets what it came to
   and matches nothing: so does the last proven book before. A market that never had a book has not
   held.
5. Each moment is judged once: one that is no later than the last that was judged is passed over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from playhead.automation.reflexes.conditions import Program
from playhead.automation.reflexes.market.fold import MarketFold
from playhead.automation.timeline import (
    BookOpened,
    Moment,
    Place,
    StatusChanged,
    Traded,
)
from playhead.base.time import Micros

Mark = tuple[Micros, int, int, str]
"""Orders the moments of one market: by receipt, books first."""


@dataclass(frozen=True, slots=True)
class Listening:
    """What a reflex waits for.

    Attributes:
        number: Its revision: part of the names of what it matches.
        condition: None: every moment matches.
        key: Of deduplication.
        on: The kinds of moments: ``book``, ``trade``, ``lifecycle``.
        each: Whether it matches whenever the condition holds, not only where it comes to.
        since: What was received before matches nothing.
    """

    number: int
    condition: Program | None
    key: Program | None
    on: frozenset[str]
    each: bool
    since: Micros


@dataclass(frozen=True, slots=True)
class Match:
    """A moment at which a reflex is to fire, if its other rules let it.

    Attributes:
        source_id: Names the moment for this reflex, whoever finds it.
        facts: What the condition could look at.
        key: The value of the key of deduplication, and why there is none.
    """

    source_id: str
    ticker: str
    kind: str
    at: Micros
    moment: Moment
    facts: Mapping[str, object]
    key: str | None = None
    key_reason: str | None = None


@dataclass(slots=True)
class _Seen:
    """What a reflex knows of one market."""

    holds: bool = False
    mark: Mark | None = None
    intervals: set[int] = field(default_factory=set)
    """The one that is followed, and those before it with no later moment between."""


@dataclass(slots=True)
class ReflexFold:
    """One reflex over all of its markets."""

    listening: Listening
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def resume(self, ticker: str, place: Place, *, holds: bool) -> None:
        """Go on with a market from where it was judged last."""
        began = set() if place.from_position is None else {place.from_position}
        self._seen[ticker] = _Seen(holds, mark_of_place(place), began)

    def holds(self, ticker: str) -> bool:
        """Return what the condition came to last."""
        seen = self._seen.get(ticker)
        return seen is not None and seen.holds

    def has_seen(self, ticker: str, place: Place) -> bool:
        """Return whether ``place`` is no earlier than the last moment that was given to it."""
        seen = self._seen.get(ticker)
        return seen is None or seen.mark is None or mark_of_place(place) >= seen.mark

    def see(self, market: MarketFold, moment: Moment, kind: str) -> Match | None:
        """Judge ``moment``, which ``market`` has taken; return the match, if it is one."""
        seen = self._seen.get(moment.ticker)
        if seen is None:
            seen = self._seen[moment.ticker] = _Seen()
        if not _moves_on(seen, moment):
            return None
        listening = self.listening
        if kind not in listening.on:
            return None
        facts = market.facts(moment, kind)
        condition = listening.condition
        held, holds = seen.holds, condition is None or condition.judge(facts).matched
        seen.holds = holds
        if not holds or moment.received_at < listening.since:
            return None
        if held and not (listening.each or condition is None):
            return None
        return self._match(moment, kind, dict(facts))

    def _match(self, moment: Moment, kind: str, facts: dict[str, object]) -> Match:
        key = None if self.listening.key is None else self.listening.key.key(facts)
        return Match(
            source_id=f"{moment.ticker}:{_name(moment)}:{self.listening.number}",
            ticker=moment.ticker,
            kind=kind,
            at=moment.received_at,
            moment=moment,
            facts=facts,
            key=None if key is None else key.text,
            key_reason=None if key is None else key.reason,
        )


def mark_of(moment: Moment) -> Mark:
    """Return where ``moment`` stands among those of its market."""
    if isinstance(moment, Traded):
        return moment.received_at, 1, 0, moment.trade_id
    if isinstance(moment, StatusChanged):
        return moment.received_at, 1, 0, f"is {moment.status}"
    return moment.received_at, 0, moment.position, ""


def mark_of_place(place: Place) -> Mark:
    """Return the mark of the newest moment that was given when a market stood at ``place``."""
    if place.asides:
        return place.received_at, 1, 0, max(place.asides)
    return place.received_at, 0, place.position or 0, ""


def _moves_on(seen: _Seen, moment: Moment) -> bool:
    """Note that ``moment`` is judged; return False if it was before."""
    mark, last = mark_of(moment), seen.mark
    if type(moment) is BookOpened and moment.from_position not in seen.intervals:
        # Positions of two intervals may be of two recorders: only their times can be compared.
        if last is not None and moment.received_at < last[0]:
            return False
        if last is None or moment.received_at > last[0]:
            seen.intervals.clear()
        seen.intervals.add(moment.from_position)
    elif last is not None and mark <= last:
        return False
    seen.mark = mark
    return True


def _name(moment: Moment) -> str:
    if isinstance(moment, Traded):
        return f"trade:{moment.trade_id}"
    if isinstance(moment, StatusChanged):
        return f"is:{moment.status}:{moment.received_at}"
    return str(moment.position)
