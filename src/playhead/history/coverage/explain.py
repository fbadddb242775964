"""Why nothing is known: the causes of a stretch that no book proves, one after the other. Pure.

A story is everything that bears on it, by one clock; bounds named ``upto`` are inclusive, bounds
named ``until`` are not.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from playhead.base.time import Micros
from playhead.history.coverage.causes import (
    BEFORE_RECORDING,
    EXCHANGE_CLOSED,
    MARKET_CLOSED,
    MISSED_OPENING,
    NOT_YET_OPEN,
    NOT_YET_RECORDED,
    SUSPECT,
    SUSPECTS,
    is_gap,
)

_BEGINNING = Micros(-(1 << 62))
_END = Micros(1 << 62)


@dataclass(frozen=True, slots=True)
class Fault:
    """Instants at which a recorder's clock does not tell what the exchange's book was.

    ``upto`` is None while it goes on.
    """

    since: Micros
    upto: Micros | None
    cause: str


@dataclass(frozen=True, slots=True)
class Span:
    """What one interval holds by one clock, clock faults and all.

    Attributes:
        closed_by: What ended it; None while it is open.
        detected: When that was noticed; None where the clock does not tell.
        faults: Those of its connection that touch it.
    """

    since: Micros
    upto: Micros
    capture_id: int
    recorder: str
    closed_by: str | None
    detected: Micros | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the exchange did not trade; ``until`` is None while it lasts."""

    since: Micros
    until: Micros | None


@dataclass(frozen=True, slots=True)
class Story:
    """What bears on the unknown stretches of one market.

    Attributes:
        now: What comes later is told as if it were not known yet.
        open_at, close_at: When the market trades; None where nobody said so.
        pauses: Of the market's matching engine; in any order, overlapping or not.
        started: When the captures began that have ever held the market.
        spans: Every interval that touches the stretches, and the one that reaches furthest before
            them; in any order.
    """

    now: Micros
    open_at: Micros | None = None
    close_at: Micros | None = None
    pauses: Sequence[Pause] = ()
    started: Sequence[Micros] = ()
    spans: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Absence:
    """A stretch `[since, until)` of one cause.

    Attributes:
        since: None: from the beginning.
        until: None: nothing has followed yet.
        recorder: Whose knowledge ended, where that is the cause.
    """

    cause: str
    since: Micros | None
    until: Micros | None
    recorder: str | None = None

    @property
    def is_gap(self) -> bool:
        """Whether it counts against the proven share."""
        return is_gap(self.cause)


class Explainer:
    """Tells the causes of a market's unknown stretches; made once for many of them."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._spans = sorted(story.spans, key=lambda span: span.since)
        self._furthest = list(accumulate(self._spans, _further))
        self._faults = {id(span): _Faults(span.faults) for span in self._spans if span.faults}
        self._start = _cause_of_start(story)

    def explain(self, since: Micros | None, until: Micros | None) -> list[Absence]:
        """Return the causes of the unknown stretch `[since, until)`, in order, without a hole.

        Neighbours differ in cause or recorder.
        """
        start = _BEGINNING if since is None else since
        end = _END if until is None else until
        marks = {at for at in self._marks(start, end) if start < at < end and at <= self._story.now}
        edges = [(start, self._reason(start))]
        for at in sorted(marks):
            reason = self._reason(at)
            if reason != edges[-1][1]:
                edges.append((at, reason))
        return [
            Absence(cause, _told(left), _told(right), recorder)
            for (left, (cause, recorder)), (right, _) in pairwise([*edges, (end, edges[0][1])])
        ]

    def _marks(self, start: Micros, end: Micros) -> Iterator[Micros]:
        """Give every instant of a stretch at which its cause may change."""
        story = self._story
        yield from (at for at in (story.open_at, story.close_at) if at is not None)
        for pause in story.pauses:
            yield pause.since
            yield _END if pause.until is None else pause.until
        for span in self._around(start, end):
            yield span.since
            yield _after(span.upto)
            if span.detected is not None:
                yield _after(span.detected)
            for fault in self._faults_of(span).touching(start, end):
                yield fault.since
                yield _END if fault.upto is None else _after(fault.upto)

    def _around(self, start: Micros, end: Micros) -> Iterable[Span]:
        """Give the spans that touch a stretch, and the one that reaches furthest before it."""
        first = bisect_right(self._spans, start, key=lambda span: span.since)
        last = bisect_left(self._spans, end, key=lambda span: span.since)
        yield from self._spans[first:last]
        yield from self._holding(start, first)
        if first:
            yield self._furthest[first - 1]

    def _holding(self, at: Micros, begun: int) -> Iterator[Span]:
        """Give the spans that hold an instant by which the first ``begun`` had begun."""
        for index in range(begun - 1, -1, -1):
            if self._furthest[index].upto < at:
                return
            if self._spans[index].upto >= at:
                yield self._spans[index]

    def _reason(self, at: Micros) -> tuple[str, str | None]:
        story = self._story
        if story.open_at is not None and at < story.open_at:
            return NOT_YET_OPEN, None
        if story.close_at is not None and at >= story.close_at:
            return MARKET_CLOSED, None
        if any(_is_in(pause, at) for pause in story.pauses):
            return EXCHANGE_CLOSED, None
        begun = bisect_right(self._spans, at, key=lambda span: span.since)
        if not begun:
            return self._start, None
        faulted = min(self._faulted(at, begun), default=None)
        if faulted is not None:
            return faulted[1:]
        return _reason_after(self._furthest[begun - 1], at)

    def _faulted(self, at: Micros, begun: int) -> Iterator[tuple[int, str, str]]:
        for span in self._holding(at, begun):
            for fault in self._faults_of(span).holding(at):
                yield span.capture_id, fault.cause, span.recorder

    def _faults_of(self, span: Span) -> "_Faults":
        return self._faults.get(id(span), _NO_FAULTS)


class _Faults:
    """The clock faults of one span, of which there may be thousands, to be found by instants."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._ordered = sorted(faults, key=_since)
        self._reach = list(accumulate(map(_last, self._ordered), max))

    def touching(self, start: Micros, end: Micros) -> Iterator[Fault]:
        """Give those that hold an instant of `[start, end)`."""
        first = bisect_right(self._ordered, start, key=_since)
        yield from self._ordered[first : bisect_left(self._ordered, end, key=_since)]
        yield from self.holding(start)

    def holding(self, at: Micros) -> Iterator[Fault]:
        """Give those that hold an instant."""
        for index in range(bisect_right(self._ordered, at, key=_since) - 1, -1, -1):
            if self._reach[index] < at:
                return
            if _last(self._ordered[index]) >= at:
                yield self._ordered[index]


def _since(fault: Fault) -> Micros:
    return fault.since


def _last(fault: Fault) -> Micros:
    return _END if fault.upto is None else fault.upto


_NO_FAULTS = _Faults(())


def explain(story: Story, since: Micros | None, until: Micros | None) -> list[Absence]:
    """Return the causes of one unknown stretch; ``Explainer`` serves many of one market."""
    return Explainer(story).explain(since, until)


def _cause_of_start(story: Story) -> str:
    """Return why the first book came when it came, once the market was open."""
    opened = story.open_at
    if opened is not None and any(at <= opened for at in story.started):
        return MISSED_OPENING
    return BEFORE_RECORDING


def _reason_after(last: Span, at: Micros) -> tuple[str, str]:
    if last.closed_by is None:
        return NOT_YET_RECORDED, last.recorder
    if last.closed_by in SUSPECTS and last.detected is not None and at <= last.detected:
        return SUSPECT, last.recorder
    return last.closed_by, last.recorder


def _further(one: Span, other: Span) -> Span:
    """Return the span that reaches further; of two, the one of the lower capture."""
    return min(one, other, key=lambda span: (-span.upto, span.capture_id, -span.since))


def _is_in(pause: Pause, at: Micros) -> bool:
    return pause.since <= at and (pause.until is None or at < pause.until)


def _after(upto: Micros) -> Micros:
    return Micros(upto + 1)


def _told(edge: Micros) -> Micros | None:
    return None if edge in (_BEGINNING, _END) else edge
