"""Holding a tape against the truth: right ones pass, and any mistake is found."""

import pytest

from playhead.base.time import Micros
from playhead.entrypoints.chaos.comparing import (
    Comparison,
    Slack,
    compare_by_exchange,
    compare_by_receipt,
)
from playhead.entrypoints.chaos.truth import Course
from playhead.history.rewind import Run
from tests.entrypoints.chaos.builders import LEVEL, TICKER, Told, course, gap, run

TRUTH = ((10, 100), (20, 50), (20, -30), (30, -20), (40, 5))
SLACK = Slack(behind=5, ahead=1)


def by_exchange(true: Course, *runs: Run) -> Comparison:
    return compare_by_exchange(TICKER, true, runs)


def by_receipt(true: Course, *runs: Run) -> Comparison:
    return compare_by_receipt(TICKER, true, runs, SLACK)


# -- by the exchange's clock ----------------------------------------------------------------------


def test_a_tape_that_tells_every_change_is_right_at_every_instant() -> None:
    found = by_exchange(course(*TRUTH, start=7), run(0, 100, 7, *TRUTH))

    assert found.wrong == []
    assert (found.events, found.books, found.proven) == (5, 5, 100)


def test_a_tape_that_begins_and_ends_in_the_middle_is_compared_there_alone() -> None:
    found = by_exchange(course(*TRUTH), run(15, 31, 100, *TRUTH[1:4]))

    assert found.wrong == []
    assert (found.events, found.books) == (3, 3)


def test_pieces_of_a_proven_stretch_fit_together() -> None:
    runs = run(0, 20, 0, *TRUTH[:1]), run(20, 100, 100, *TRUTH[1:])

    assert by_exchange(course(*TRUTH), *runs).wrong == []


def test_nothing_is_asked_of_an_unknown_stretch() -> None:
    found = by_exchange(
        course(*TRUTH), run(0, 15, 0, TRUTH[0]), gap(15, 35), run(35, 50, 100, TRUTH[4])
    )

    assert found.wrong == []
    assert (found.events, found.proven) == (2, 30)


def test_a_change_stamped_before_its_stretch_counts_at_its_start() -> None:
    late = run(15, 50, 100, (12, 50), *TRUTH[2:])

    assert by_exchange(course((10, 100), (15, 50), *TRUTH[2:]), late).wrong == []


@pytest.mark.parametrize("lost", range(len(TRUTH)))
def test_a_tape_that_lacks_one_change_is_wrong_from_there_on(lost: int) -> None:
    told = TRUTH[:lost] + TRUTH[lost + 1 :]
    found = by_exchange(course(*TRUTH), run(0, 100, 0, *told))

    at, size = TRUTH[lost]
    assert found.wrong[0].at == at
    assert found.wrong[0].difference == ((LEVEL, -size),)


@pytest.mark.parametrize("spoilt", range(len(TRUTH)))
def test_a_truth_that_differs_by_one_size_makes_the_tape_wrong(spoilt: int) -> None:
    true = course(*TRUTH)
    true.size[spoilt] += 1

    wrong = by_exchange(true, run(0, 100, 0, *TRUTH)).wrong
    assert wrong[0].difference == ((LEVEL, -1),)


def test_a_book_that_was_wrong_only_for_an_instant_is_found() -> None:
    late = ((10, 100), (21, 50), (21, -30), (30, -20), (40, 5))

    assert [wrong.at for wrong in by_exchange(course(*TRUTH), run(0, 100, 0, *late)).wrong] == [20]


def test_a_wrong_book_at_the_start_of_a_stretch_is_found() -> None:
    assert [wrong.at for wrong in by_exchange(course(*TRUTH), run(32, 36, 99)).wrong] == [32]


# -- by our clock ---------------------------------------------------------------------------------


def test_a_tape_a_little_behind_is_right_by_our_clock() -> None:
    found = by_receipt(course(*TRUTH), run(3, 100, 0, *later(3)))

    assert found.wrong == []
    assert (found.events, found.proven) == (5, 97)


def test_a_tape_further_behind_than_a_message_may_travel_is_wrong() -> None:
    wrong = by_receipt(course(*TRUTH), run(3, 100, 0, *later(6))).wrong

    assert [one.at for one in wrong] == [15, 25, 35, 45]


def test_a_tape_ahead_of_the_exchange_is_wrong() -> None:
    assert by_receipt(course(*TRUTH), run(0, 100, 0, *later(-1))).wrong == []
    assert [one.at for one in by_receipt(course(*TRUTH), run(0, 100, 0, *later(-2))).wrong] == [
        8,
        18,
        28,
        38,
    ]


def test_a_change_that_the_exchange_told_late_is_not_late() -> None:
    true = course((10, 100), (20, 50))
    true.told[1] += 30

    assert by_receipt(true, run(1, 100, 0, (10, 100), (51, 50))).wrong == []
    assert by_receipt(true, run(1, 100, 0, (10, 100), (21, 50))).wrong != []


def test_a_tape_may_stand_between_two_changes_of_one_instant() -> None:
    told = ((11, 100), (21, 50), (22, -30), (31, -20), (41, 5))

    assert by_receipt(course(*TRUTH), run(1, 100, 0, *told)).wrong == []


@pytest.mark.parametrize("lost", range(len(TRUTH)))
def test_by_our_clock_too_a_tape_that_lacks_one_change_is_wrong(lost: int) -> None:
    told = later(1)
    found = by_receipt(course(*TRUTH), run(1, 100, 0, *told[:lost], *told[lost + 1 :]))

    assert found.wrong != []


def test_a_book_that_goes_back_to_an_older_one_is_wrong() -> None:
    true = course((10, 1), (11, 1))

    assert by_receipt(true, run(0, 100, 0, (11, 1), (12, 1))).wrong == []
    assert by_receipt(true, run(0, 100, 0, (11, 2), (12, -1), (13, 1))).wrong != []


def test_after_a_wrong_book_a_right_one_is_right_again() -> None:
    told = ((10, 100), (20, 21), (21, -1), (30, -20), (40, 5))
    found = by_receipt(course(*TRUTH), run(0, 100, 0, *told))

    assert {one.at for one in found.wrong} == {Micros(20)}


def test_another_recorder_may_be_further_behind_than_the_one_before() -> None:
    ahead, behind = run(0, 22, 0, *TRUTH[:3]), run(22, 100, 100, *later(4)[1:])

    assert by_receipt(course(*TRUTH), ahead, behind).wrong == []


def later(by: int) -> tuple[Told, ...]:
    return tuple((at + by, size) for at, size in TRUTH)
