"""Books as arrays, and events summed at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from playhead.history.books import Book, Price, Side, Size, fold
from playhead.history.tape import (
    NO_TIME,
    Segment,
    book_of,
    levels_of,
    running_max,
    sum_levels,
)
from tests.arrays import ints
from tests.history.tape.builders import changes, same_levels, segments


@given(segment=segments(), cut=st.integers(0, 60))
def test_a_sum_of_events_is_the_fold_for_any_cut(segment: Segment, cut: int) -> None:
    columns = segment.columns.cut(0, cut)
    folded = fold(book_of(segment.keyframe), changes(columns))

    summed = sum_levels(segment.keyframe, columns.level, columns.change)

    assert book_of(summed) == folded


@given(segment=segments(), cut=st.integers(0, 60))
def test_any_book_on_the_way_is_as_good_a_start(segment: Segment, cut: int) -> None:
    before, after = segment.columns.cut(0, cut), segment.columns.cut(cut, 60)
    half_way = sum_levels(segment.keyframe, before.level, before.change)
    whole = segment.columns

    assert same_levels(
        sum_levels(half_way, after.level, after.change),
        sum_levels(segment.keyframe, whole.level, whole.change),
    )


def test_levels_far_apart_are_summed_as_well() -> None:
    start = levels_of({2: 1, 1_999_999: 4})

    summed = sum_levels(start, ints([2, 999_998]), ints([-1, 7]))

    assert (summed.level.tolist(), summed.size.tolist()) == ([999_998, 1_999_999], [7, 4])


def test_level_codes_name_a_side_and_a_price() -> None:
    levels = levels_of({1_080_000 + Side.NO: 1, 840_000 + Side.YES: 1250})

    assert levels.level.tolist() == [840_000, 1_080_001]
    assert book_of(levels) == Book(yes={Price(420_000): Size(1250)}, no={Price(540_000): Size(1)})


@given(times=st.lists(st.one_of(st.integers(0, 99), st.just(NO_TIME)), max_size=30))
def test_a_running_clock_never_steps_back_and_never_runs_ahead(times: list[int]) -> None:
    running = running_max(ints(times), 50)

    assert running.tolist() == [max([50, *times[: i + 1]]) for i in range(len(times))]
    assert (np.diff(running) >= 0).all()
