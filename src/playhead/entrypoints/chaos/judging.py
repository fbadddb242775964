"""Whether each fault was told, and by its right name; whether ends were told without one. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import chain
from operator import attrgetter

from playhead.base.time import Micros
from playhead.entrypoints.chaos.kinds import BENIGN, EXPECTED, Kind, Telling

ALL = -1
"""The connection of a fault of our clock that concerns all of them."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault as it happened.

    Attributes:
        at: When it took effect, by the exchange's clock, which is ours or behind it.
        until: When everything that it hit was whole again, or was given up, by our clock.
        capture: Of the recorder that it hit; None: all of them.
        connection: As the capture numbers it; None: all of them.
        tickers: The markets that it hit; None: all of those on the connection.
        loses: Whether a change never arrived, or arrived falsified.
        open: Where the intervals begin, on the tape, that were open on the connection.
        is_healed: Whether everything was whole again at ``until``.
        ends_at: When it ended of itself; None: it did not, or was over at once.
    """

    kind: Kind
    at: Micros
    until: Micros
    capture: int | None = None
    connection: int | None = None
    tickers: frozenset[str] | None = None
    loses: bool = True
    open: frozenset[int] = frozenset()
    is_healed: bool = True
    ends_at: Micros | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A proven interval of one market as one capture tells it; still open without a cause.

    ``position``: where it begins on the tape; no other begins there.
    """

    position: int
    capture: int
    connection: int
    ticker: str
    since: Micros
    cause: str | None = None
    detected_at: Micros | None = None


@dataclass(frozen=True, slots=True)
class ClockFault:
    """A stretch in which times of receipt tell nothing; connection -1: all of the capture."""

    capture: int
    connection: int
    since: Micros
    until: Micros | None
    cause: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a reader was told of a stretch in which the book is not known; ``until`` exclusive."""

    ticker: str
    since: Micros
    until: Micros
    cause: str


class Verdict(Enum):
    """What was told of a fault."""

    NAMED = auto()
    """Its right name."""
    MISNAMED = auto()
    """Another name."""
    UNDECLARED = auto()
    """Nothing, or not of everything, though there was something to tell."""
    QUIET = auto()
    """Nothing, and there was nothing to tell."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A fault and what became of it.

    Attributes:
        causes: What was told of it, by how many intervals.
        delay: Microseconds until it was noticed everywhere; None: it was not, or nobody says when.
    """

    fault: Happened
    verdict: Verdict
    causes: Counter[str]
    delay: int | None = None

    @property
    def is_needless(self) -> bool:
        """Whether knowledge was given up though nothing was lost."""
        is_told = self.verdict in (Verdict.NAMED, Verdict.MISNAMED)
        is_of_clock = EXPECTED[self.fault.kind].telling is Telling.CLOCK
        return is_told and not self.fault.loses and not is_of_clock

    @property
    def is_failure(self) -> bool:
        """Whether something was lost that was not told by its name."""
        is_right = self.verdict in (Verdict.NAMED, Verdict.QUIET)
        is_of_clock = EXPECTED[self.fault.kind].telling is Telling.CLOCK
        return (self.fault.loses or is_of_clock) and not is_right


@dataclass(frozen=True, slots=True)
class Needless:
    """Something was told that no fault made true.

    Attributes:
        kind: The fault under way there meanwhile; None: there was none.
        is_gap: Whether knowledge ended; else it is a fault of our clock. On a busy machine messages
            do come late of themselves.
    """

    kind: Kind | None
    cause: str
    capture: int
    connection: int
    at: Micros
    is_gap: bool = True


@dataclass(slots=True)
class Judgement:
    """Every fault judged, and everything that was told for nothing."""

    judged: list[Judged] = field(default_factory=list)
    needless: list[Needless] = field(default_factory=list)


def judge(
    faults: Sequence[Happened],
    intervals: Iterable[Interval],
    clock_faults: Iterable[ClockFault] = (),
    unknown: Iterable[Unknown] = (),
) -> Judgement:
    """Return what became of each fault, and what was told without one."""
    told = _Told(intervals, clock_faults, unknown)
    judged = [_judge(fault, told) for fault in faults]
    return Judgement(judged, list(told.unexplained(faults)))


class _Told:
    """All that a tape tells, and what of it a fault has made true."""

    def __init__(
        self,
        intervals: Iterable[Interval],
        clock_faults: Iterable[ClockFault],
        unknown: Iterable[Unknown],
    ) -> None:
        self._intervals = {one.position: one for one in intervals}
        self._clock_faults = list(clock_faults)
        self._unknown = list(unknown)
        self._explained: set[Needless] = set()

    def open_before(self, fault: Happened) -> list[Interval]:
        """Return the intervals of the markets concerned that were open just before the fault."""
        known = filter(None, map(self._intervals.get, sorted(fault.open)))
        return [one for one in known if fault.tickers is None or one.ticker in fault.tickers]

    def clock_faults_in(self, fault: Happened) -> list[ClockFault]:
        """Return the faults of our clock that touch the time of this one."""
        return [
            one
            for one in self._clock_faults
            if fault.capture in (None, one.capture)
            and (fault.connection in (None, one.connection) or one.connection == ALL)
            and one.since <= fault.until
            and (one.until is None or one.until >= fault.at)
        ]

    def unknown_in(self, fault: Happened) -> list[Unknown]:
        """Return what a reader was told of the markets concerned in the midst of a fault."""
        middle = (fault.at + (fault.ends_at or fault.until)) // 2
        return [
            one
            for one in self._unknown
            if one.since <= middle < one.until
            and (fault.tickers is None or one.ticker in fault.tickers)
        ]

    def explain(self, told: Iterable[Interval | ClockFault]) -> None:
        """Take in that this was told for a good reason."""
        self._explained.update(end for one in told if (end := _incident_of(one)) is not None)

    def unexplained(self, faults: Sequence[Happened]) -> Iterator[Needless]:
        """Give everything else that was told, each incident once, beside the fault there."""
        told: Iterator[Interval | ClockFault] = chain(self._intervals.values(), self._clock_faults)
        everything = set(map(_incident_of, told))
        left = sorted(filter(None, everything - self._explained), key=attrgetter("at"))
        for end in left:
            fault = _under_way(end, faults)
            is_again = fault is not None and fault.loses  # it may lose one thing after another
            if fault is None or not (is_again and end.cause in EXPECTED[fault.kind].causes):
                yield replace(end, kind=None if fault is None else fault.kind)


def _incident_of(told: Interval | ClockFault) -> Needless | None:
    """Return what was told, the same for all intervals that ended at once; None: no fault."""
    if told.cause is None or told.cause in BENIGN:
        return None
    is_gap = isinstance(told, Interval)
    at = told.detected_at if isinstance(told, Interval) else told.since
    return Needless(None, told.cause, told.capture, told.connection, at or told.since, is_gap)


def _judge(fault: Happened, told: _Told) -> Judged:
    match EXPECTED[fault.kind].telling:
        case Telling.CLOCK:
            return _judge_clock(fault, told)
        case Telling.READER:
            return _judge_reader(fault, told)
        case Telling.NOWHERE if fault.connection is None:  # others go on meanwhile
            return Judged(fault, Verdict.QUIET, Counter())
        case _:
            return _judge_ends(fault, told)


def _judge_ends(fault: Happened, told: _Told) -> Judged:
    """Whatever was open has to have ended by the name of the fault, if that lost anything."""
    known = told.open_before(fault)
    hit = [one for one in known if one.detected_at is None or one.detected_at >= fault.at]
    ended = [one for one in hit if _ended_in_time(one, fault)]
    told.explain(ended)
    causes = Counter(str(one.cause) for one in ended if one.cause not in BENIGN)
    if fault.loses and (len(ended) < len(hit) or not known):
        return Judged(fault, Verdict.UNDECLARED, causes)
    if not causes:  # nothing was told, or nothing was known any more, or every market left
        return Judged(fault, Verdict.QUIET, causes)
    if not set(causes) <= EXPECTED[fault.kind].causes:
        return Judged(fault, Verdict.MISNAMED, causes)
    delay = max(one.detected_at - fault.at for one in ended if one.detected_at is not None)
    return Judged(fault, Verdict.NAMED, causes, delay)


def _ended_in_time(interval: Interval, fault: Happened) -> bool:
    return interval.detected_at is not None and interval.detected_at <= fault.until


def _judge_clock(fault: Happened, told: _Told) -> Judged:
    """The stretch has to be among the faults of our clock."""
    found = told.clock_faults_in(fault)
    named = [one for one in found if one.cause in EXPECTED[fault.kind].causes]
    told.explain(named)
    causes = Counter(one.cause for one in found)
    return Judged(fault, Verdict.NAMED if named else Verdict.UNDECLARED, causes)


def _judge_reader(fault: Happened, told: _Told) -> Judged:
    """Whoever asked for a book in the middle of it has to have been told the cause."""
    told.explain(one for one in told.open_before(fault) if _ended_in_time(one, fault))
    if not fault.loses:
        return Judged(fault, Verdict.QUIET, Counter())
    expected, causes = EXPECTED[fault.kind], Counter(one.cause for one in told.unknown_in(fault))
    if not expected.causes & set(causes):
        return Judged(fault, Verdict.UNDECLARED, causes)
    is_named = set(causes) <= expected.causes | expected.beside
    return Judged(fault, Verdict.NAMED if is_named else Verdict.MISNAMED, causes)


def _under_way(end: Needless, faults: Sequence[Happened]) -> Happened | None:
    """Return the fault that was under way on the connection when something was told of it."""
    here = sorted(faults, key=lambda fault: fault.connection is None)  # the closest first
    for fault in here:
        is_there = fault.capture in (None, end.capture) and (
            fault.connection in (None, end.connection) or end.connection == ALL
        )
        if is_there and fault.at <= end.at <= fault.until:
            return fault
    return None
