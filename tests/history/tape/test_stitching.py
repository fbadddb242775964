"""Several intervals, one past: however they overlap, each instant is told once, by the rule."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from playhead.base.time import Micros
from playhead.history.tape import (
    ClockFault,
    Interval,
    Piece,
    Stretch,
    stitched,
    stretches_of,
)

LAST = 30

instants = st.integers(0, LAST)


def an_interval(
    since: int, upto: int, *, capture: int = 1, number: int = 1, is_open: bool = False
) -> Interval:
    position = capture << 36 | number
    return Interval(
        market_id=1,
        from_position=position,
        to_position=None if is_open else position,
        received_from=Micros(since),
        received_to=Micros(upto),
        exchange_from=None,
        exchange_to=None,
        upto=position,
        capture_id=capture,
        capture="made",
        recorder=f"recorder-{capture}",
        connection=1,
        sid=1,
        opened_by="snapshot",
        opened_offset=0,
        closed_by=None if is_open else "gap",
        detected_at=None,
        detected_exchange_at=None,
        verified_at=None,
        keyframe=b"",
    )


@st.composite
def faults(draw: st.DrawFn) -> ClockFault:
    since = draw(instants)
    upto = draw(st.none() | st.integers(since, LAST))
    return ClockFault(Micros(since), None if upto is None else Micros(upto))


@st.composite
def held(draw: st.DrawFn) -> list[tuple[Interval, list[ClockFault]]]:
    found = []
    for number in range(draw(st.integers(0, 6))):
        since = draw(instants)
        upto, capture = draw(st.integers(since, LAST)), draw(st.integers(1, 3))
        made = an_interval(since, upto, capture=capture, number=number, is_open=draw(st.booleans()))
        found.append((made, draw(st.lists(faults(), max_size=3))))
    return found


def is_in(fault: ClockFault, at: int) -> bool:
    return fault.since <= at and (fault.upto is None or at <= fault.upto)


def proves(interval: Interval, its: list[ClockFault], at: int) -> bool:
    since, upto = interval.bounds(by_exchange=False)
    assert since is not None
    assert upto is not None
    return since <= at <= upto and not any(is_in(fault, at) for fault in its)


def told_at(everything: list[tuple[Interval, list[ClockFault]]], at: int) -> Interval | None:
    """The rule, read instant by instant."""
    proving = [interval for interval, its in everything if proves(interval, its, at)]
    lowest = min((each.capture_id for each in proving), default=None)
    of_lowest = [each for each in proving if each.capture_id == lowest]
    return max(
        of_lowest, key=lambda each: (each.received_from or 0, each.from_position), default=None
    )


def all_stretches(everything: list[tuple[Interval, list[ClockFault]]]) -> list[Stretch]:
    return [
        stretch
        for interval, its in everything
        for stretch in stretches_of(interval, its, by_exchange=False)
    ]


@given(everything=held(), since=instants, length=st.integers(1, LAST))
@example(everything=[], since=0, length=1)
def test_every_instant_is_told_by_the_interval_that_the_rule_gives_it(
    everything: list[tuple[Interval, list[ClockFault]]], since: int, length: int
) -> None:
    pieces = stitched(all_stretches(everything), Micros(since), Micros(since + length))

    for at in range(since, since + length):
        told = [piece.stretch.interval for piece in pieces if piece.since <= at < piece.until]
        expected = told_at(everything, at)
        assert told == ([] if expected is None else [expected])


@given(everything=held(), since=instants, length=st.integers(1, LAST))
def test_pieces_are_in_order_as_long_as_can_be_and_within_what_they_are_told_from(
    everything: list[tuple[Interval, list[ClockFault]]], since: int, length: int
) -> None:
    pieces = stitched(all_stretches(everything), Micros(since), Micros(since + length))

    assert all(since <= piece.since < piece.until <= since + length for piece in pieces)
    for piece in pieces:
        assert piece.stretch.since <= piece.since
        assert piece.until <= piece.stretch.upto + 1
    for one, other in pairwise(pieces):
        assert one.until <= other.since
        assert one.until < other.since or one.stretch != other.stretch


@given(everything=held(), at=instants)
def test_a_stretch_reaches_as_far_as_its_interval_proves_without_a_break(
    everything: list[tuple[Interval, list[ClockFault]]], at: int
) -> None:
    for interval, its in everything:
        stretches = list(stretches_of(interval, its, by_exchange=False))
        around = [each for each in stretches if each.since <= at <= each.upto]
        assert len(around) == proves(interval, its, at)
        for each in stretches:
            assert not proves(interval, its, each.since - 1)
            assert not proves(interval, its, each.upto + 1)


def test_a_lower_capture_is_told_again_as_soon_as_it_has_coverage() -> None:
    first, again = an_interval(0, 9), an_interval(20, 29, number=2)
    other = an_interval(5, 25, capture=2)
    stretches = all_stretches([(first, []), (again, []), (other, [])])

    told = stitched(stretches, Micros(0), Micros(40))

    assert [(shown(piece)) for piece in told] == [(1, 0, 10), (2, 10, 20), (1, 20, 30)]


def shown(piece: Piece) -> tuple[int, int, int]:
    return piece.stretch.interval.capture_id, piece.since, piece.until


def test_only_an_interval_that_goes_on_is_open_and_only_in_its_last_stretch() -> None:
    fault = ClockFault(Micros(3), Micros(4))
    growing = list(stretches_of(an_interval(0, 9, is_open=True), [fault], by_exchange=False))
    ended = list(stretches_of(an_interval(0, 9), [fault], by_exchange=False))

    assert [each.is_open for each in growing] == [False, True]
    assert [each.is_open for each in ended] == [False, False]
