"""Waiting before trying again."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from playhead.history.kalshi import Backoff


@given(failures=st.integers(1, 10_000), seed=st.integers())
def test_a_wait_is_never_longer_than_the_longest(failures: int, seed: int) -> None:
    assert 0 <= Backoff(0.5, 30).seconds(failures, Random(seed)) <= 30


def test_the_bound_doubles_with_every_failure() -> None:
    longest = [
        max(Backoff(1, 5).seconds(failures, Random(seed)) for seed in range(200))
        for failures in (1, 2, 3, 4)
    ]

    assert [round(wait) for wait in longest] == [1, 2, 4, 5]
