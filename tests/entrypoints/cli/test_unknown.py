"""What is said where nothing is known."""

import pytest

from playhead.entrypoints.cli.unknown import unknown_text
from playhead.history.coverage import WORDS, Words
from tests.history.rewind.builders import unknown_answer

SINCE = "2026-11-21T12:00:05.000000Z"
AT = "2026-11-21T12:00:10.000000Z"
UNTIL = "2026-11-21T12:00:20.000000Z"
TICKER = "KXBTC-26DEC31-T200000"


def test_a_gap_says_why_from_when_until_when_and_where_the_nearest_books_are() -> None:
    assert unknown_text(unknown_answer("gap")) == (
        f"The book of {TICKER} at {AT} is unknown from {SINCE} until {UNTIL}.\n"
        "  Messages missing. The exchange numbers its messages, and at least one number never"
        " came.\n"
        f"  last known  {SINCE}  (00:00:05 earlier)\n"
        f"  next known  {UNTIL}  (00:00:10 later)"
    )


def test_before_the_recording_only_a_next_book_exists() -> None:
    assert unknown_text(unknown_answer("before_recording", since=None)) == (
        f"{TICKER} was not recorded yet at {AT}, so its book then is unknown.\n"
        f"  next known  {UNTIL}  (00:00:10 later)"
    )


def test_past_the_newest_record_only_a_last_book_exists() -> None:
    assert unknown_text(unknown_answer("not_yet_recorded", until=None)) == (
        f"Nothing of {TICKER} has been recorded up to {AT} yet, so its book is unknown.\n"
        f"  last known  {SINCE}  (00:00:05 earlier)"
    )


TOLD_APART = {"before_recording", "not_yet_recorded"}


@pytest.mark.parametrize(
    ("cause", "words"),
    [(cause, words) for cause, words in WORDS.items() if cause not in TOLD_APART],
)
def test_each_cause_has_its_own_words(cause: str, words: Words) -> None:
    assert f"\n  {words.short}. {words.sentence}" in unknown_text(unknown_answer(cause))


def test_a_cause_without_words_is_told_by_its_name() -> None:
    assert "\n  Solar flare." in unknown_text(unknown_answer("solar_flare"))


def test_days_are_counted() -> None:
    text = unknown_text(unknown_answer("restart", since=-200_000, until=None))

    assert text.endswith("(2 d 07:33:30 earlier)")
