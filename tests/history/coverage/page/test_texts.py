"""Numbers and times as people read them."""

import pytest

from playhead.base.time import Micros
from playhead.history.coverage.page.texts import (
    NOTHING,
    clock_time,
    counted,
    date_and_time,
    duration,
    percent,
    share_of,
)
from tests.history.rewind.builders import second


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("part", "rest", "text"),
    [
        (0, 0, NOTHING),
        (5, 0, "100 %"),
        (1, 2, "33.33 %"),
        (0, 7, "0.00 %"),
        (9998, 2, "99.98 %"),
        (99_989, 11, "99.98 %"),
        (9999, 1, "99.9900 %"),
        (999_999, 1, "99.9999 %"),
        (10**12, 1, "99.9999 %"),
    ],
)
def test_a_percentage_is_cut_and_shows_what_is_missing(part: int, rest: int, text: str) -> None:
    assert plain(percent(part, rest)) == text


def test_in_a_column_digits_stand_below_each_other() -> None:
    assert plain(percent(1, 2, digits=4)) == "33.3333 %"


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (None, NOTHING),
        (0, "0 ms"),
        (99_999, "99 ms"),
        (100_000, "0.1 s"),
        (999_999, "0.9 s"),
        (9_999_999, "9.9 s"),
        (10_000_000, "10 s"),
        (61_000_000, "1 min 1 s"),
        (3_600_000_000, "1 h"),
        (3_661_000_000, "1 h 1 min"),
        (86_400_000_000, "1 day"),
        (180_000_000_000, "2 days 2 h"),
    ],
)
def test_a_length_of_time_is_told_in_two_units(micros: int | None, text: str) -> None:
    assert plain(duration(micros)) == text


def test_instants_are_told_to_the_second_in_utc() -> None:
    assert clock_time(Micros(second(5) + 999_999)) == "12:00:05"
    assert date_and_time(second(5)) == "2026-11-21 12:00:05"
    assert (clock_time(None), date_and_time(None)) == (NOTHING, NOTHING)


def test_counts_have_their_noun() -> None:
    assert plain(counted(1, "market", "markets")) == "1 market"
    assert plain(counted(1234, "market", "markets")) == "1,234 markets"


def test_a_bar_is_as_long_as_its_share() -> None:
    assert (share_of(100, 2, 1), share_of(100, 0, 0)) == ("66.66", "0.00")
