"""Decimal texts and scaled integers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.exact import InexactNumber, format_scaled, parse_scaled


@given(
    value=st.integers(-(10**15) + 1, 10**15 - 1), digits=st.integers(0, 6), shown=st.integers(0, 6)
)
def test_a_number_written_is_the_number_read(value: int, digits: int, shown: int) -> None:
    text = format_scaled(value, digits, min(shown, digits))

    assert parse_scaled(text, digits) == value
    assert Decimal(text) == Decimal(value).scaleb(-digits)


@pytest.mark.parametrize(
    ("text", "digits", "value"),
    [("0.42", 6, 420_000), ("-33.50", 2, -3350), ("+1", 2, 100), ("7.", 2, 700), ("0.1000", 1, 1)],
)
def test_a_text_is_scaled_exactly(text: str, digits: int, value: int) -> None:
    assert parse_scaled(text, digits) == value


@pytest.mark.parametrize("text", ["", "-", ".5", "1e3", "0.001", "1,5", "NaN", "٣", "1 ", "--1"])
def test_what_would_have_to_be_rounded_or_guessed_is_refused(text: str) -> None:
    with pytest.raises(InexactNumber):
        parse_scaled(text, 2)


@pytest.mark.parametrize(
    ("value", "text"), [(455_000, "0.4550"), (455_050, "0.45505"), (-1, "-0.000001"), (0, "0.0000")]
)
def test_digits_past_those_shown_appear_only_where_they_say_something(
    value: int, text: str
) -> None:
    assert format_scaled(value, 6, 4) == text
