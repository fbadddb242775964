"""What a recorder counts."""

from playhead.base.time import Micros
from playhead.history.recorder.tallies import Lag


def lag_after(*times: tuple[int, int]) -> int | None:
    lag = Lag()
    for received_at, sent_at in times:
        lag.hear(Micros(received_at), Micros(sent_at))
    return lag.millis


def test_without_a_frame_that_says_when_it_was_sent_there_is_no_lag() -> None:
    assert lag_after() is None


def test_lag_is_what_a_frame_took_longer_than_the_quickest_one() -> None:
    assert lag_after((10_000, 0), (13_000, 1_000), (99_000, 30_000)) == 59


def test_clocks_that_differ_are_no_lag() -> None:
    assert lag_after((0, 7_000_000), (1_000, 7_001_000)) == 0


def test_a_frame_that_is_quicker_than_all_before_sets_the_mark() -> None:
    assert lag_after((50_000, 0), (61_000, 60_000)) == 0
