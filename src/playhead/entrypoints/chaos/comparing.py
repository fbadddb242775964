"""Holds what the tape serves as proven against the true course of a book. Pure.

Both are folded in lockstep and only their difference is kept: the tape is right as long as there
is none. Nothing changes between two events, so that no instant of a proven stretch is left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from playhead.base.time import Micros
from playhead.entrypoints.chaos.truth import Course, Levels, levels_of
from playhead.history.rewind import Clock, Run, State

_MOST_SHOWN = 4
_at = attrgetter("at")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A book that was served as proven and is not the exchange's.

    ``difference``: some level codes, and by how much the tape's size there is too large.
    """

    ticker: str
    clock: Clock
    at: Micros
    difference: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Comparison:
    """What was compared by one clock.

    Attributes:
        events: Changes in proven stretches, the exchange's by its clock and the tape's by ours.
        books: Instants at which the two books were held against each other.
        proven: Microseconds, over all markets.
        wrong: Books that were not right, in order.
    """

    events: int = 0
    books: int = 0
    proven: int = 0
    wrong: list[Wrong] = field(default_factory=list)

    def add(self, other: "Comparison") -> None:
        """Take in what was compared elsewhere."""
        self.events += other.events
        self.books += other.books
        self.proven += other.proven
        self.wrong += other.wrong


@dataclass(frozen=True, slots=True)
class Slack:
    """How far a book by our clock may be behind the exchange's, and ahead of it: microseconds."""

    behind: int
    ahead: int


def compare_by_exchange(ticker: str, course: Course, runs: Iterable[Run]) -> Comparison:
    """Compare at every instant of the exchange's clock: the books must be the same."""
    found, truth = Comparison(), _Fold(course)
    for run in runs:
        if run.coverage.state is not State.PROVEN:
            continue
        first, last = course.before(run.since), course.before(run.until)
        truth.go_on(first)
        difference = _difference(run, truth.levels)
        steps = [*_steps(run, Clock.EXCHANGE), *_true_steps(course, first, last)]
        for at, _ in _stretches(run, steps, difference):
            found.books += 1
            if difference:
                found.wrong.append(Wrong(ticker, Clock.EXCHANGE, at, _shown(difference)))
        found.events += last - first
        found.proven += run.until - run.since
    return found


def compare_by_receipt(
    ticker: str, course: Course, runs: Iterable[Run], slack: Slack
) -> Comparison:
    """Compare after every change and just before the next one, by our clock.

    A message takes a while to arrive, and one may have arrived without the next, so that the book
    must be the true one after some change, told not longer ago than ``slack`` allows, and never one
    that is older than the one before it.
    """
    found, truth = Comparison(), _Fold(course)
    for run in runs:
        if run.coverage.state is not State.PROVEN:
            continue
        truth.go_on(course.told_before(run.since - slack.behind + 1))
        difference = _difference(run, truth.levels)
        pursuit = _Pursuit(course, truth.done, difference, slack)
        steps = _steps(run, Clock.RECEIVED)
        for stretch in _stretches(run, steps, difference):
            for at in dict.fromkeys(stretch):
                found.books += 1
                if not pursuit.catches_up(at):
                    found.wrong.append(Wrong(ticker, Clock.RECEIVED, at, _shown(difference)))
        found.events += len(steps)
        found.proven += run.until - run.since
    return found


class _Step(NamedTuple):
    """At an instant the difference of two books changes."""

    at: int
    level: int
    size: int


class _Fold:
    """A true book on its way."""

    def __init__(self, course: Course) -> None:
        self.levels: Levels = dict(course.start)
        self.done = 0
        self._course = course

    def go_on(self, done: int) -> None:
        """Take in every change up to the first ``done`` ones."""
        for number in range(self.done, done):
            _tell(self.levels, self._course.level[number], self._course.size[number])
        self.done = max(self.done, done)


class _Pursuit:
    """Finds the true book that the tape's was equal to, on from the one it was equal to before."""

    def __init__(self, course: Course, done: int, difference: Levels, slack: Slack) -> None:
        self._course = course
        self._done = done
        self._difference = difference
        self._slack = slack

    def catches_up(self, at: int) -> bool:
        """Tell whether the books are equal after some true change that ``at`` may know of."""
        times, start = self._course.told, self._done
        oldest, newest = at - self._slack.behind, at + self._slack.ahead
        while self._done < len(times) and times[self._done] <= oldest:
            self._move(1)
        while self._difference:
            if self._done == len(times) or times[self._done] > newest:
                while self._done > start:
                    self._move(-1)
                return False
            self._move(1)
        return True

    def _move(self, way: int) -> None:
        number = self._done if way > 0 else self._done - 1
        size = self._course.size[number]
        _tell(self._difference, self._course.level[number], -size * way)
        self._done += way


def _shown(difference: Levels) -> tuple[tuple[int, int], ...]:
    return tuple(islice(sorted(difference.items()), _MOST_SHOWN))


def _difference(run: Run, true: Levels) -> Levels:
    """Return the tape's book at the start of a run less the true one."""
    assert run.start is not None
    difference = levels_of(run.start.book)
    for level, size in true.items():
        _tell(difference, level, -size)
    return difference


def _tell(levels: Levels, level: int, size: int) -> None:
    left = levels.get(level, 0) + size
    if left:
        levels[level] = left
    else:
        levels.pop(level, None)


def _steps(run: Run, clock: Clock) -> list[_Step]:
    """Return the changes of a run at the instants from which on they count."""
    steps, newest = [], run.since
    for item in run.changes:
        stamped = item.exchange_at if clock is Clock.EXCHANGE else item.received_at
        newest = newest if stamped is None else max(newest, stamped)
        change = item.change
        steps.append(_Step(newest, change.price * 2 + change.side, change.size))
    return steps


def _true_steps(course: Course, first: int, last: int) -> Iterator[_Step]:
    for number in range(first, last):
        yield _Step(course.at[number], course.level[number], -course.size[number])


def _stretches(run: Run, steps: list[_Step], difference: Levels) -> Iterator[tuple[Micros, Micros]]:
    """Give the first and the last instant of each stretch without a step, with all before taken."""
    at = int(run.since)
    for step in sorted(steps, key=_at):  # a stable sort: those of one instant stay in order
        if step.at != at:
            yield Micros(at), Micros(step.at - 1)
            at = step.at
        _tell(difference, step.level, step.size)
    yield Micros(at), Micros(run.until - 1)
