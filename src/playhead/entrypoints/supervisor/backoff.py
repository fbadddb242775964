"""How long to wait before something that ended is started again. Pure."""

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
HEALTHY_SECONDS = 60.0


def next_delay(previous: float | None, ran_for: float) -> float:
    """Return the seconds to wait after a run of ``ran_for`` seconds ended by itself.

    ``previous`` is the wait before that run; None where it was the first.
    """
    if previous is None or ran_for >= HEALTHY_SECONDS:
        return FIRST_SECONDS
    return min(previous * 2, LONGEST_SECONDS)
