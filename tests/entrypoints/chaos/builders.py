"""Courses, runs and faults made by hand."""

import itertools
from collections.abc import Iterable

from playhead.base.time import Micros
from playhead.entrypoints.chaos.judging import Happened, Interval
from playhead.entrypoints.chaos.kinds import Kind
from playhead.entrypoints.chaos.truth import Course
from playhead.history.books import Book, Change, Price, Side, Size
from playhead.history.rewind import BookAt, ChangeAt, Coverage, Run, State

TICKER = "A"
LEVEL = 420_000 * 2  # YES at $0.42
POSITIONS = itertools.count(1)
Told = tuple[int, int]
"""When a change of the level counts, and by how much it changes."""


def course(*changes: Told, start: int = 0) -> Course:
    """The level of a market that begins with ``start``, and each change at its instant."""
    made = Course({LEVEL: start} if start else {})
    for at, size in changes:
        made.add(Micros(at), Micros(at), LEVEL, size)
    return made


def run(since: int, until: int, start: int, *changes: Told) -> Run:
    """A proven stretch in which both clocks are the same."""
    return Run(
        Coverage(State.PROVEN, None, Micros(since), Micros(until)),
        Micros(since),
        Micros(until),
        BookAt(0, Micros(since), Micros(since), _book(start)),
        tuple(
            ChangeAt(number, Micros(at), Micros(at), _change(size))
            for number, (at, size) in enumerate(changes)
        ),
    )


def gap(since: int, until: int) -> Run:
    """A stretch of which nothing is known."""
    coverage = Coverage(State.UNKNOWN, "gap", Micros(since), Micros(until))
    return Run(coverage, Micros(since), Micros(until), None, ())


def fault(
    kind: Kind = Kind.DROP,
    at: int = 100,
    until: int = 200,
    *,
    connection: int | None = 1,
    capture: int | None = 1,
    tickers: Iterable[str] | None = None,
    loses: bool = True,
    ends_at: int | None = None,
    known: Iterable[Interval] = (),
) -> Happened:
    """A fault of the first connection, when ``known`` was."""
    return Happened(
        kind,
        Micros(at),
        Micros(until),
        capture,
        connection,
        None if tickers is None else frozenset(tickers),
        loses,
        open=frozenset(one.position for one in known),
        ends_at=None if ends_at is None else Micros(ends_at),
    )


def interval(
    cause: str | None = "gap",
    detected_at: int | None = 110,
    *,
    ticker: str = TICKER,
    since: int = 0,
    connection: int = 1,
    capture: int = 1,
) -> Interval:
    """What was known of a market from the beginning on."""
    detected = None if detected_at is None else Micros(detected_at)
    return Interval(next(POSITIONS), capture, connection, ticker, Micros(since), cause, detected)


def _book(size: int) -> Book:
    return Book(yes={Price(LEVEL // 2): Size(size)} if size else {})


def _change(size: int) -> Change:
    return Change(Side(LEVEL & 1), Price(LEVEL // 2), Size(size))
