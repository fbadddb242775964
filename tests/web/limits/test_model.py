"""The generic cell rate algorithm: what is never exceeded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.web.limits import Rate, gcra
from playhead.web.limits.model import charge

RATES = st.builds(
    Rate, count=st.integers(1, 1000), per_seconds=st.integers(1, 3600), burst=st.integers(1, 100)
)
STEPS = st.lists(st.integers(0, 5 * MICROS_PER_SECOND), min_size=1, max_size=120)


def allowed_times(rate: Rate, steps: list[int]) -> list[int]:
    tat, now, allowed = 0, 0, []
    for step in steps:
        now += step
        decision = gcra(Micros(tat), Micros(now), rate)
        tat = now + decision.reset
        if decision.allowed:
            allowed.append(now)
    return allowed


@given(rate=RATES, steps=STEPS)
def test_no_window_has_more_than_burst_and_rate_allow(rate: Rate, steps: list[int]) -> None:
    times = allowed_times(rate, steps)

    for first in range(len(times)):
        for last in range(first, len(times)):
            span = times[last] - times[first]
            most = rate.burst + rate.count * span / (rate.per_seconds * MICROS_PER_SECOND)
            assert last - first + 1 <= most


@given(rate=RATES, debt=st.integers(0, 10**10))
def test_what_a_decision_says_is_what_happens_next(rate: Rate, debt: int) -> None:
    now = Micros(10**12)
    decision = gcra(Micros(now + debt), now, rate)
    tat = Micros(now + decision.reset)

    for _ in range(min(decision.remaining, 3)):
        later = gcra(tat, now, rate)
        assert later.allowed
        tat = Micros(now + later.reset)
    if decision.remaining == 0:
        assert not gcra(tat, Micros(now + decision.retry_after - 1), rate).allowed
        assert gcra(tat, Micros(now + decision.retry_after), rate).allowed


@given(rate=RATES, steps=STEPS)
def test_one_who_keeps_to_the_rate_is_never_refused(rate: Rate, steps: list[int]) -> None:
    patient = [rate.interval + step for step in steps]

    assert len(allowed_times(rate, patient)) == len(patient)


@given(rate=RATES, debts=st.lists(st.integers(-(10**9), 10**10), min_size=1, max_size=4))
def test_a_request_takes_from_all_buckets_or_from_none(rate: Rate, debts: list[int]) -> None:
    rates = [rate] * len(debts)
    allowed, after = charge(debts, rates)
    before = [min(max(each, 0), rate.capacity) for each in debts]

    taken = [later - earlier for later, earlier in zip(after, before, strict=True)]
    assert set(taken) == ({rate.interval} if allowed else {0})
    assert max(after) <= rate.capacity


def test_the_first_of_a_bucket_leaves_the_rest_of_its_burst() -> None:
    decision = gcra(Micros(0), Micros(10**9), Rate(600, 60, 600))

    assert (decision.remaining, decision.retry_after, decision.reset) == (599, 0, 100_000)


@given(rate=RATES, parts=st.integers(1, 8))
def test_shares_together_are_no_more_than_the_whole(rate: Rate, parts: int) -> None:
    share = rate.divided(parts)

    assert share.burst * parts <= max(rate.burst, parts)
    assert share.interval >= rate.interval * parts - parts


@pytest.mark.parametrize("numbers", [(0, 1, 1), (1, 0, 1), (1, 1, 0), (-1, 1, 1)])
def test_a_rate_of_nothing_is_none(numbers: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Rate(*numbers)
