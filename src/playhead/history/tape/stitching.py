"""One past out of intervals that overlap: at each instant exactly one of them is told. Pure.

Of those that prove the instant it is the one of the lowest capture, and of these the one that began
last; so an answer does not change because another recorder's capture comes in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from playhead.base.time import Micros
from playhead.history.tape.pieces import Interval


@dataclass(frozen=True, slots=True)
class ClockFault:
    """Instants of a recorder's clock that tell nothing. Both ends inclusive; None: it goes on."""

    since: Micros
    upto: Micros | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What an interval proves by one clock without a break. Both ends are inclusive.

    Attributes:
        began: The interval's first instant by that clock, which may lie in a clock fault.
        is_open: It ends only because nothing more has been recorded yet.
    """

    interval: Interval
    began: Micros
    since: Micros
    upto: Micros
    is_open: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """Instants `[since, until)` that are told from one stretch."""

    stretch: Stretch
    since: Micros
    until: Micros


def stretches_of(
    interval: Interval, faults: Iterable[ClockFault], *, by_exchange: bool
) -> Iterator[Stretch]:
    """Give what an interval proves by one clock, in order.

    Args:
        interval: Its bounds by that clock are known.
        faults: Of its capture and connection, if the clock is the recorder's; in any order.
        by_exchange: Which clock.
    """
    began, end = interval.bounds(by_exchange=by_exchange)
    assert began is not None
    assert end is not None
    since = began
    for fault in sorted(faults, key=lambda fault: fault.since):
        if since < fault.since <= end:
            yield Stretch(interval, began, since, Micros(fault.since - 1), is_open=False)
        if fault.since <= end:
            since = max(since, Micros((end if fault.upto is None else fault.upto) + 1))
    if since <= end:
        yield Stretch(interval, began, since, end, is_open=interval.to_position is None)


def stitched(stretches: Iterable[Stretch], since: Micros, until: Micros) -> list[Piece]:
    """Return what is told of `[since, until)`, in order; what no piece holds is unknown."""
    ordered = sorted(stretches, key=lambda each: each.since)
    pieces: list[Piece] = []
    for left, right, told in _told(ordered, since, until):
        if pieces and pieces[-1].until == left and pieces[-1].stretch is told:
            left = pieces.pop().since
        pieces.append(Piece(told, left, right))
    return pieces


def _told(
    ordered: Sequence[Stretch], since: Micros, until: Micros
) -> Iterator[tuple[Micros, Micros, Stretch]]:
    """Give, edge by edge, the stretch that is told from there to the next one."""
    edges = {since, until}
    for each in ordered:
        edges |= {each.since, Micros(each.upto + 1)}
    begun = 0
    holding: list[tuple[tuple[int, int, int], int]] = []
    for left, right in pairwise(sorted(edge for edge in edges if since <= edge <= until)):
        while begun < len(ordered) and ordered[begun].since <= left:
            heappush(holding, (_rank(ordered[begun]), begun))
            begun += 1
        while holding and ordered[holding[0][1]].upto < left:
            heappop(holding)
        if holding:
            yield left, right, ordered[holding[0][1]]


def _rank(stretch: Stretch) -> tuple[int, int, int]:
    interval = stretch.interval
    return interval.capture_id, -stretch.began, -interval.from_position
