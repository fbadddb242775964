"""When a job that failed runs again."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import Micros
from playhead.kernel.jobs.model import Job, State
from playhead.kernel.jobs.retry import (
    FIRST_WAIT,
    GIVING_UP_ATTEMPTS,
    LONGEST_WAIT,
    after_failure,
    back_off,
)

ATTEMPTS = st.integers(1, 10_000)
CHANCES = st.floats(0, 1, exclude_max=True)
NOW = Micros(1_800_000_000_000_000)


def a_job(attempt: int, most: int) -> Job:
    return Job(uuid4(), uuid4(), "test", uuid4(), attempt, most, NOW, NOW)


@given(attempt=ATTEMPTS, random=CHANCES)
def test_the_wait_is_between_half_of_its_bound_and_the_bound(attempt: int, random: float) -> None:
    bound = min(FIRST_WAIT * 2 ** min(attempt - 1, 40), LONGEST_WAIT)

    assert bound // 2 <= back_off(attempt, random) <= bound


@given(attempt=ATTEMPTS, random=CHANCES)
def test_with_the_same_luck_a_later_attempt_never_waits_less(attempt: int, random: float) -> None:
    assert back_off(attempt, random) <= back_off(attempt + 1, random)


@given(attempt=st.integers(1, 50), most=st.integers(1, 20), random=CHANCES)
def test_a_job_comes_back_until_even_giving_up_was_tried_often_enough(
    attempt: int, most: int, random: float
) -> None:
    said = after_failure(a_job(attempt, most), 7, "why", now=NOW, random=random)

    is_over = attempt >= most + GIVING_UP_ATTEMPTS
    assert said.state is (State.FAILED if is_over else State.QUEUED)
    assert (said.token, said.error, said.is_counted) == (7, "why", True)
    assert is_over or (said.due_at or 0) > NOW
