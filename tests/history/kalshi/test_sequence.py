"""Whether anything is missing."""

from hypothesis import given
from hypothesis import strategies as st

from playhead.history.kalshi import Gap, SequenceTracker, Verdict


def verdicts(*numbers: tuple[int | None, int | None]) -> list[Verdict]:
    tracker = SequenceTracker()
    return [tracker.check(sid, seq) for sid, seq in numbers]


def test_subscriptions_count_apart() -> None:
    assert set(verdicts((1, 1), (2, 1), (1, 2), (2, 2))) == {Verdict.IN_ORDER}


def test_the_first_number_may_be_any() -> None:
    assert verdicts((1, 812), (1, 813)) == [Verdict.IN_ORDER, Verdict.IN_ORDER]


def test_a_repeated_number_is_a_duplicate() -> None:
    assert verdicts((1, 1), (1, 1), (1, 2))[1:] == [Verdict.DUPLICATE, Verdict.IN_ORDER]


def test_a_missing_number_is_a_gap_and_counting_goes_on_behind_it() -> None:
    tracker = SequenceTracker.of({1: 4})

    found = [tracker.check(1, 7), tracker.check(1, 8)]

    assert found == [Verdict.GAP, Verdict.IN_ORDER]
    assert tracker.gap == Gap(sid=1, expected=5, found=7)


def test_going_back_is_told_from_a_gap_and_counting_goes_on_from_there() -> None:
    assert verdicts((1, 5), (1, 4), (1, 5)) == [Verdict.IN_ORDER, Verdict.BACK, Verdict.IN_ORDER]


def test_neighbours_that_changed_places_are_a_gap_and_a_step_back_and_a_gap() -> None:
    found = verdicts((1, 5), (1, 7), (1, 6), (1, 8))

    assert found[1:] == [Verdict.GAP, Verdict.BACK, Verdict.GAP]


def test_a_message_without_a_number_says_nothing() -> None:
    assert verdicts((1, None), (None, 1), (None, None)) == [Verdict.UNNUMBERED] * 3


def test_a_subscription_that_ended_counts_anew() -> None:
    tracker = SequenceTracker.of({1: 900})

    tracker.forget(1)

    assert tracker.check(1, 1) is Verdict.IN_ORDER


def test_a_subscription_that_begins_is_due_to_count_from_one() -> None:
    tracker = SequenceTracker()
    tracker.begin(1)

    assert tracker.check(1, 2) is Verdict.GAP


def test_messages_may_overtake_the_beginning_of_their_subscription() -> None:
    tracker = SequenceTracker.of({1: 2})
    tracker.begin(1)

    assert tracker.check(1, 3) is Verdict.IN_ORDER


NUMBERS = st.tuples(st.integers(1, 3), st.none() | st.integers(1, 6))


@given(st.lists(NUMBERS), st.lists(NUMBERS))
def test_a_tracker_that_was_put_away_goes_on_as_if_it_had_not_been(
    before: list[tuple[int, int | None]], after: list[tuple[int, int | None]]
) -> None:
    kept = SequenceTracker()
    for sid, seq in before:
        kept.check(sid, seq)
    restored = SequenceTracker.of(kept.state())

    assert [restored.check(*numbers) for numbers in after] == [
        kept.check(*numbers) for numbers in after
    ]
