"""Whose turn it is."""

import pytest

from playhead.history.recorder.audits import markets_each
from playhead.history.recorder.rounds import Rounds
from tests.history.recorder.builders import options


def test_all_have_their_turn_before_anybody_has_another() -> None:
    rounds, held = Rounds(), "ABCDE"

    turns = [rounds.take(held, 2) for _ in range(4)]

    assert turns == [["A", "B"], ["C", "D"], ["E"], ["A", "B"]]


def test_who_left_has_no_turn_and_who_came_has_one_in_the_next_round() -> None:
    rounds = Rounds()
    rounds.take("ABC", 1)

    assert rounds.take("BD", 9) == ["B"]
    assert rounds.take("BD", 9) == ["B", "D"]


def test_who_is_left_out_misses_a_turn_only() -> None:
    rounds = Rounds()

    assert rounds.take("AB", 9, without={"A"}) == ["B"]
    assert rounds.take("AB", 9) == ["A", "B"]


def test_where_there_is_nobody_nobody_has_a_turn() -> None:
    assert Rounds().take("", 9) == []
    assert Rounds().take("A", 9, without={"A"}) == []


@pytest.mark.parametrize(
    ("a_second", "seconds", "subscriptions", "markets"),
    [
        (20, 1, 1, 20),
        (20, 1, 3, 6),
        (20, 0.5, 1, 10),
        (20, 1, 60, 1),
        (0.1, 1, 1, 1),
        (20, 1, 0, 20),
    ],
)
def test_subscriptions_share_the_audits_and_each_has_one_at_least(
    a_second: float, seconds: float, subscriptions: int, markets: int
) -> None:
    chosen = options(audits_per_second=a_second, audit_seconds=seconds)

    assert markets_each(chosen, subscriptions) == markets
