"""Instants as texts and as integers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import (
    InvalidInstant,
    Micros,
    Nanos,
    datetime_of,
    format_instant,
    parse_instant,
    to_micros,
)

NOON = 1_795_262_400_000_000  # 2026-11-21T12:00:00Z


@given(at=st.integers(min_value=0, max_value=253_402_300_799_999_999))
def test_an_instant_written_is_the_instant_read(at: int) -> None:
    assert parse_instant(format_instant(Micros(at))) == at


@pytest.mark.parametrize(
    ("text", "after_noon"),
    [
        ("2026-11-21T12:00:00Z", 0),
        ("2026-11-21T12:00:00.5Z", 500_000),
        ("2026-11-21T12:00:00.47842Z", 478_420),
        ("2026-11-21T12:00:00.123456789Z", 123_456),
        ("2026-11-21T14:00:00.000001+02:00", 1),
        ("2026-11-21 06:30:00-05:30", 0),
    ],
)
def test_every_form_of_a_fraction_and_an_offset_is_read(text: str, after_noon: int) -> None:
    assert parse_instant(text) == NOON + after_noon


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-21",
        "2026-11-21T12:00:00",
        "2026-11-31T12:00:00Z",
        "2026-11-21T25:00:00Z",
        "2026-11-21T12:00:00.Z",
        "2026-11-21T12:00:00.1234567890Z",
        "\u0661026-11-21T12:00:00Z",
    ],
)
def test_a_text_that_is_no_instant_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInstant, match="is not"):
        parse_instant(text)


def test_nanoseconds_are_cut_towards_the_past() -> None:
    assert [to_micros(Nanos(n)) for n in (1999, 2000, -1)] == [1, 2, -1]


def test_an_instant_as_a_datetime_is_in_utc() -> None:
    assert datetime_of(Micros(NOON)).isoformat() == "2026-11-21T12:00:00+00:00"
