"""When the exchange did not trade, put together from what several recorders heard."""

from playhead.base.time import Micros
from playhead.history.coverage import Pause
from playhead.history.coverage.pauses import Said, pauses_of


def said(*words: tuple[int, bool], engine: int = 0) -> list[Said]:
    return [Said(Micros(at), engine, is_active) for at, is_active in words]


def pause(since: int, until: int | None) -> Pause:
    return Pause(Micros(since), None if until is None else Micros(until))


def test_a_pause_lasts_from_its_word_to_the_next_of_activity() -> None:
    assert pauses_of(said((0, True), (10, False), (20, True))) == [pause(10, 20)]


def test_a_pause_whose_end_nobody_heard_lasts() -> None:
    assert pauses_of(said((0, True), (10, False))) == [pause(10, None)]


def test_two_recorders_that_hear_of_one_pause_tell_one() -> None:
    both = said((10, False), (20, True)) + said((12, False), (19, True), (25, True))

    assert pauses_of(both) == [pause(10, 19)]


def test_one_that_comes_in_the_middle_changes_nothing() -> None:
    assert pauses_of(said((10, False), (20, True)) + said((15, False))) == [pause(10, 20)]


def test_contradicting_words_of_one_instant_are_no_pause() -> None:
    assert pauses_of(said((10, False), (10, True))) == []


def test_an_exchange_of_several_engines_pauses_when_none_of_them_trades() -> None:
    words = said((0, True), (10, False), (30, True)) + said((0, True), (20, False), engine=1)

    assert pauses_of(words) == [pause(20, 30)]


def test_of_an_exchange_that_said_nothing_no_pause_is_known() -> None:
    assert pauses_of([]) == []
