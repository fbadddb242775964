"""Segments as bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.history.tape import (
    NO_TIME,
    Columns,
    CorruptSegment,
    Levels,
    Segment,
    books_to_bytes,
    decode,
    digest,
    encode,
    levels_from_bytes,
    levels_of,
    levels_to_bytes,
)
from tests.arrays import ints
from tests.history.tape.builders import PRICE_UNITS, as_lists, levels, same_levels, segments


def a_long_segment(events: int = 4096) -> Segment:
    steps = np.arange(events, dtype=np.int64)
    columns = Columns(
        position=steps * 3 + 7,
        received_at=1_795_262_400_000_000 + steps * 116_000 + steps % 97,
        exchange_at=1_795_262_399_970_000 + steps * 116_000,
        level=(steps % 40 + 1) * 20_000,
        change=np.where(steps % 80 < 40, 20_000, -20_000),
    )
    return Segment(levels_of({20_000: 5}), columns)


@given(segment=segments())
def test_a_segment_comes_back_as_it_went_in(segment: Segment) -> None:
    assert as_lists(decode(encode(segment))) == as_lists(segment)


def test_a_full_segment_comes_back_as_it_went_in() -> None:
    segment = a_long_segment()

    assert as_lists(decode(encode(segment))) == as_lists(segment)


def test_the_same_segment_gives_the_same_bytes() -> None:
    assert encode(a_long_segment()) == encode(a_long_segment())


def test_a_clock_that_never_spoke_takes_almost_nothing() -> None:
    columns = a_long_segment().columns
    silent = Columns(
        columns.position,
        columns.received_at,
        np.full(len(columns), NO_TIME, dtype=np.int64),
        columns.level,
        columns.change,
    )

    assert len(encode(Segment(levels_of({}), silent))) < len(encode(a_long_segment()))
    assert decode(encode(Segment(levels_of({}), silent))).columns.exchange_at[0] == NO_TIME


@given(book=st.data())
def test_a_book_alone_comes_back_as_it_went_in(book: st.DataObject) -> None:
    start = levels_of(book.draw(levels(1_000)))

    assert same_levels(levels_from_bytes(levels_to_bytes(start)), start)


@given(books=st.lists(PRICE_UNITS.flatmap(levels), max_size=6))
def test_books_together_give_the_bytes_of_each_alone(books: list[dict[int, int]]) -> None:
    assert books_to_bytes(books) == [levels_to_bytes(levels_of(book)) for book in books]


@pytest.mark.parametrize("span", [127, 128, 32_767, 32_768, (1 << 31) - 1, 1 << 31, 1 << 60])
def test_books_together_are_as_narrow_as_alone(span: int) -> None:
    books = [{2: 1, 4: 1 + span, 7: 2}, {9: 5}, {}, {2: 3, 2 * span + 3: 3 + span}]

    assert books_to_bytes(books) == [levels_to_bytes(levels_of(book)) for book in books]


@given(segment=segments(max_events=20), cut=st.integers(0, 10_000))
def test_a_segment_that_ends_early_is_refused(segment: Segment, cut: int) -> None:
    data = encode(segment)

    with pytest.raises(CorruptSegment):
        decode(data[: cut % len(data)])


def test_bytes_of_another_version_are_refused() -> None:
    with pytest.raises(CorruptSegment):
        decode(b"\x09" + encode(a_long_segment())[1:])


def test_every_column_counts_for_the_digest() -> None:
    plain = a_long_segment(8)
    digests = {digest(plain)}
    for name in ("position", "received_at", "exchange_at", "level", "change"):
        fields = {part: getattr(plain.columns, part).copy() for part in Columns.__slots__}
        fields[name][3] += 1
        digests.add(digest(Segment(plain.keyframe, Columns(**fields))))
    digests.add(digest(Segment(Levels(ints([20_000]), ints([6])), plain.columns)))

    assert len(digests) == 7
