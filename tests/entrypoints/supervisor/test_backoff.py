"""How long is waited before something is started again."""

from playhead.entrypoints.supervisor.backoff import next_delay


def delays(*runs: float) -> list[float]:
    found: list[float] = []
    for ran_for in runs:
        found.append(next_delay(found[-1] if found else None, ran_for))
    return found


def test_wait_doubles_up_to_half_a_minute() -> None:
    assert delays(*[0.0] * 9) == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_healthy_minute_forgives() -> None:
    assert delays(0, 0, 0, 60, 0) == [0.5, 1, 2, 0.5, 1]
