"""What one process remembers is bounded."""

from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import Micros
from playhead.web.limits.table import Table

NOTES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 50)), max_size=200)


def key(number: int) -> bytes:
    return b"%d" % number


@given(notes=NOTES, most=st.integers(1, 12))
def test_it_never_holds_more_than_it_may(notes: list[tuple[int, int]], most: int) -> None:
    table = Table(most)
    for now, (number, debt) in enumerate(notes):
        table.note(key(number), debt, Micros(now), told=True)
        assert len(table) <= most
        assert table.debt(key(number), Micros(now)) >= debt


def test_empty_buckets_make_room_before_anything_else() -> None:
    table = Table(10_000)
    for now in range(1000):
        table.note(key(now), 5, Micros(now), told=True)

    assert len(table) < 20


def test_an_answer_that_was_overtaken_takes_nothing_back() -> None:
    table = Table()
    table.note(b"a", 100, Micros(0), told=True)
    table.note(b"a", 90, Micros(0), told=True)

    assert table.debt(b"a", Micros(0)) == 100


def test_a_debt_is_untold_after_the_server_was_lost_until_it_is_told_again() -> None:
    table = Table()
    table.note(b"a", 100, Micros(0), told=True)
    assert table.untold(b"a", Micros(10)) == 0

    table.begin_era()
    assert table.untold(b"a", Micros(10)) == 90
    table.note(b"a", 95, Micros(10), told=True)
    assert table.untold(b"a", Micros(10)) == 0

    table.note(b"a", 95, Micros(10), told=False)
    assert (table.untold(b"a", Micros(10)), table.untold(b"b", Micros(10))) == (95, 0)
