"""The numbers of the live view, and how they look."""

import pytest

from playhead.entrypoints.cli.demo.numbers import Numbers, Rate, cells_of, line_of, size_text

FULL = Numbers(
    markets=200, proven=199, frames=12_345, events=12_000, lag_seconds=0.25, disk_bytes=51_400_000
)


def test_everything_known_is_shown_with_its_unit() -> None:
    assert cells_of(FULL, 532.4) == {
        "markets": "200",
        "frames/s": "532",
        "frames": "12,345",
        "events": "12,000",
        "proven": "99.5 %",
        "disk": "51.4 MB",
        "lag": "0.2 s",
    }


def test_what_is_not_known_is_a_dash_and_never_zero() -> None:
    assert set(cells_of(Numbers(), None).values()) == {"-"}


def test_plain_line_says_the_same() -> None:
    assert line_of({"markets": "2", "lag": "-"}, 7.4) == "   7 s  markets 2  lag -"


def test_rate_is_that_of_the_last_ten_seconds() -> None:
    rate = Rate()
    counts = [(0.0, 0), (5.0, 500), (10.0, 1_000), (15.0, 3_500)]

    assert [rate.add(now, count) for now, count in counts] == [None, 100, 100, 300]


def test_rate_begins_anew_with_its_counter() -> None:
    rate = Rate()
    rate.add(0.0, 1_000)

    assert rate.add(1.0, 10) is None
    assert rate.add(2.0, 20) == 10


def test_rate_without_a_counter_is_not_known() -> None:
    assert Rate().add(1.0, None) is None


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1 kB"), (1_549_000, "1.5 MB"), (2_500_000_000, "2.5 GB")],
)
def test_sizes_are_short(count: int, text: str) -> None:
    assert size_text(count) == text
