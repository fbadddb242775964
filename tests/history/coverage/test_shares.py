"""Shares are cut, never rounded."""

import pytest

from playhead.history.coverage.shares import seconds_text, share_text


@pytest.mark.parametrize(
    ("part", "rest", "text"),
    [
        (0, 0, None),
        (1, 0, "1.000000"),
        (0, 1, "0.000000"),
        (1, 2, "0.333333"),
        (2, 1, "0.666666"),
        (10**15, 1, "0.999999"),
    ],
)
def test_a_share_has_six_digits_and_reads_one_only_for_the_whole(
    part: int, rest: int, text: str | None
) -> None:
    assert share_text(part, rest) == text


def test_seconds_are_exact() -> None:
    assert seconds_text(61_000_001) == "61.000001"
