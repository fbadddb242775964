"""Runs of events that could happen: no level falls below zero; clocks fall silent or step back."""

from hypothesis import strategies as st

from playhead.history.books import Change, Price, Side, Size
from playhead.history.tape import NO_TIME, Columns, Levels, Segment, levels_of
from playhead.storage.rows import NULL
from tests.arrays import ints

assert NULL == NO_TIME  # what the tape calls silent is what the table calls NULL

PRICE_UNITS = st.sampled_from([10_000, 5_000, 1_000, 100, 1])
INSTANTS = st.integers(min_value=0, max_value=2**52)
TIMES = st.one_of(INSTANTS, INSTANTS, st.just(NO_TIME))


@st.composite
def levels(draw: st.DrawFn, unit: int) -> dict[int, int]:
    """Level codes to sizes above zero."""
    prices = st.integers(1, 1_000_000 // unit - 1 or 1)
    codes = st.tuples(prices, st.sampled_from(Side)).map(lambda at: at[0] * unit * 2 + at[1])
    return draw(st.dictionaries(codes, st.integers(1, 10**9), max_size=12))


@st.composite
def segments(draw: st.DrawFn, max_events: int = 60) -> Segment:
    """A keyframe and events that keep every level at or above zero."""
    unit = draw(PRICE_UNITS)
    start = draw(levels(unit))
    sizes, level, change = dict(start), [], []
    codes = st.sampled_from(sorted(start)) if start else st.just(2 * unit)
    count = draw(st.integers(0, max_events))
    for _ in range(count):
        code = draw(st.one_of(codes, st.integers(1, 99).map(lambda p: p * unit * 2)))
        held = sizes.get(code, 0)
        step = draw(st.integers(-held, 10**6).filter(bool)) if held else draw(st.integers(1, 10**6))
        sizes[code] = held + step
        level.append(code)
        change.append(step)
    gaps = draw(st.lists(st.integers(1, 50), min_size=count, max_size=count))
    first = draw(st.integers(1, 2**60))
    position = [first + sum(gaps[: i + 1]) for i in range(count)]
    times = st.lists(TIMES, min_size=count, max_size=count)
    columns = Columns(
        ints(position), ints(draw(times)), ints(draw(times)), ints(level), ints(change)
    )
    return Segment(levels_of(start), columns)


def changes(columns: Columns) -> list[Change]:
    """The events as changes of a book."""
    pairs = zip(columns.level.tolist(), columns.change.tolist(), strict=True)
    return [Change(Side(code & 1), Price(code >> 1), Size(size)) for code, size in pairs]


def as_lists(segment: Segment) -> tuple[list[int], ...]:
    """Everything that a segment says, comparable with ==."""
    frame, columns = segment.keyframe, segment.columns
    parts = (
        frame.level,
        frame.size,
        columns.position,
        columns.received_at,
        columns.exchange_at,
        columns.level,
        columns.change,
    )
    return tuple(part.tolist() for part in parts)


def same_levels(one: Levels, other: Levels) -> bool:
    """Whether two books are equal."""
    pairs = ((one.level, other.level), (one.size, other.size))
    return all(a.tolist() == b.tolist() for a, b in pairs)
