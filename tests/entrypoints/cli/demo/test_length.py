"""Lengths of time as people type them."""

import pytest
import typer

from playhead.entrypoints.cli.demo.length import parse_length


@pytest.mark.parametrize(
    ("text", "seconds"), [("30", 30), ("30s", 30), ("5m", 300), ("2h", 7_200), ("001s", 1)]
)
def test_units_are_seconds_minutes_and_hours(text: str, seconds: int) -> None:
    assert parse_length(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0s", "-5s", "1.5m", "5 m", "1d", "³s", "s"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="30s, 5m or 2h"):
        parse_length(text)
