"""When a job that failed runs again. Pure."""

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.jobs.model import Job, Settlement, State

FIRST_WAIT = 2 * MICROS_PER_SECOND
LONGEST_WAIT = 600 * MICROS_PER_SECOND
GIVING_UP_ATTEMPTS = 8
"""So often giving up is tried; after that the row alone says that the job failed."""


def back_off(attempt: int, random: float) -> int:
    """Return the microseconds to wait after ``attempt`` (from 1) failed.

    Between half of a bound and the bound, which doubles with each attempt up to ten minutes: what
    failed together does not come back together.

    Args:
        attempt: Attempts made.
        random: In [0, 1).
    """
    doublings = min(attempt - 1, LONGEST_WAIT.bit_length())
    bound = min(FIRST_WAIT << doublings, LONGEST_WAIT)
    return bound // 2 + int(random * (bound // 2))


def after_failure(job: Job, token: int, error: str, *, now: Micros, random: float) -> Settlement:
    """Return what becomes of a job that failed because of ``error``.

    It is queued again, for another attempt or to be given up; the job whose giving up failed as
    well, ``GIVING_UP_ATTEMPTS`` times, has failed for good.
    """
    if job.attempt >= job.most_attempts + GIVING_UP_ATTEMPTS:
        return Settlement(job.job_id, token, State.FAILED, error=error)
    due_at = Micros(now + back_off(job.attempt, random))
    return Settlement(job.job_id, token, State.QUEUED, due_at=due_at, error=error)
