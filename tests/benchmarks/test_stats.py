"""The figures of the table are computed right."""

import pytest

from benchmarks.stats import Latencies, latencies, milliseconds, percentile, times


def test_half_of_the_values_do_not_exceed_the_median() -> None:
    assert percentile([5, 1, 4, 2, 3], 0.50) == 3


def test_the_99th_percentile_of_a_hundred_values_leaves_only_the_largest_out() -> None:
    assert percentile(range(1, 101), 0.99) == 99


def test_every_percentile_of_one_value_is_that_value() -> None:
    assert [percentile([7], share) for share in (0.0, 0.5, 1.0)] == [7, 7, 7]


def test_latencies_are_medians_over_runs_so_one_bad_run_does_not_show() -> None:
    runs = [[1, 2, 3], [2, 3, 4], [900, 900, 900]]
    assert latencies(runs) == Latencies(p50=3, p99=4)


@pytest.mark.parametrize(
    ("nanos", "text"), [(130_400, "0.130 ms"), (999_999, "1.000 ms"), (12_345_678, "12.35 ms")]
)
def test_milliseconds_keep_three_digits_that_matter(nanos: int, text: str) -> None:
    assert milliseconds(nanos) == text


@pytest.mark.parametrize(("more", "less", "text"), [(3, 2, "1.50x"), (30, 2, "15.0x")])
def test_ratios_close_to_one_have_two_decimals(more: float, less: float, text: str) -> None:
    assert times(more, less) == text
