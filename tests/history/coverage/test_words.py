"""Every cause has words, and only causes have."""

from playhead.history.coverage import IS_GAP
from playhead.history.coverage.words import WORDS, Words, words_for


def test_every_cause_has_words_and_nothing_else_has() -> None:
    assert set(WORDS) == set(IS_GAP)


def test_no_two_causes_read_the_same() -> None:
    assert len({words.short for words in WORDS.values()}) == len(WORDS)


def test_a_cause_without_words_is_shown_by_its_name() -> None:
    assert words_for("new_cause") == Words("New cause", "")
