"""Whether a fault was told: by its name, by another, not at all, or for nothing."""

from collections import Counter
from dataclasses import replace

import pytest

from playhead.base.time import Micros
from playhead.entrypoints.chaos.judging import (
    ALL,
    ClockFault,
    Happened,
    Interval,
    Judged,
    Unknown,
    Verdict,
    judge,
)
from playhead.entrypoints.chaos.kinds import EXPECTED, Kind, Telling
from tests.entrypoints.chaos.builders import fault, interval


def judged(one: Happened, *intervals: Interval) -> Judged:
    """What becomes of a fault by which ``intervals`` were open."""
    hit = replace(one, open=frozenset(each.position for each in intervals))
    (found,) = judge([hit], intervals).judged
    return replace(found, fault=one)


def lag(since: int, until: int | None, *, connection: int = 1, cause: str = "lag") -> ClockFault:
    end = None if until is None else Micros(until)
    return ClockFault(1, connection, Micros(since), end, cause)


# -- ends of intervals ----------------------------------------------------------------------------


def test_a_loss_that_ends_every_open_book_by_its_name_is_named() -> None:
    found = judged(fault(), interval(), interval(ticker="B", detected_at=130))

    assert found.verdict is Verdict.NAMED
    assert (found.causes, found.delay) == (Counter({"gap": 2}), 30)
    assert not found.is_failure


def test_a_loss_of_which_nothing_is_told_is_found() -> None:
    found = judged(fault(), interval(None, None))

    assert found.verdict is Verdict.UNDECLARED
    assert found.is_failure


def test_a_loss_that_ends_one_book_and_leaves_another_as_it_was_is_undeclared() -> None:
    found = judged(fault(), interval(), interval(None, None, ticker="B"))

    assert (found.verdict, found.is_failure) == (Verdict.UNDECLARED, True)


def test_a_loss_told_after_everything_was_over_is_undeclared() -> None:
    assert judged(fault(until=200), interval(detected_at=201)).verdict is Verdict.UNDECLARED


def test_a_loss_where_no_book_was_known_is_undeclared() -> None:
    assert judged(fault()).verdict is Verdict.UNDECLARED


def test_a_loss_after_knowledge_had_ended_of_itself_needs_no_name() -> None:
    assert judged(fault(at=100), interval("stall", 99)).verdict is Verdict.QUIET
    assert judged(fault(at=100), interval("stall", 100)).verdict is Verdict.MISNAMED


def test_what_opened_after_a_fault_tells_nothing_of_it() -> None:
    before, after = interval(None, None), interval("gap", 150)
    found = judge([fault(known=[before])], [before, after])

    assert [one.verdict for one in found.judged] == [Verdict.UNDECLARED]


def test_a_loss_told_by_another_name_is_misnamed() -> None:
    found = judged(fault(), interval(), interval("stall", ticker="B"))

    assert (found.verdict, found.is_failure) == (Verdict.MISNAMED, True)


def test_a_market_that_left_meanwhile_needs_no_name() -> None:
    found = judged(fault(), interval(), interval("unsubscribed", ticker="B"))

    assert (found.verdict, found.causes) == (Verdict.NAMED, Counter({"gap": 1}))


def test_where_every_market_left_there_is_nothing_to_tell() -> None:
    found = judged(fault(), interval("unsubscribed"))

    assert (found.verdict, found.is_failure) == (Verdict.QUIET, False)


def test_a_fault_of_one_market_asks_nothing_of_the_others() -> None:
    altered = fault(Kind.ALTER_SIZE, tickers=["A"])

    assert judged(altered, interval("snapshot_mismatch"), interval(None, None, ticker="B")) == (
        Judged(altered, Verdict.NAMED, Counter({"snapshot_mismatch": 1}), 10)
    )
    assert judged(altered, interval(None, None)).is_failure


@pytest.mark.parametrize("cause", ["negative_size", "snapshot_mismatch", "rest_mismatch"])
def test_a_silent_loss_may_show_in_any_way(cause: str) -> None:
    silent = fault(Kind.LOSE_SILENTLY, tickers=["A"])

    assert judged(silent, interval(cause)).verdict is Verdict.NAMED


def test_a_fault_of_the_exchange_concerns_every_recorder() -> None:
    refused = fault(Kind.REFUSE_UPGRADES, capture=None, connection=None)
    ends = [interval("disconnect", connection=one, capture=one) for one in (1, 2)]

    assert judged(refused, *ends).verdict is Verdict.NAMED
    assert judged(refused, *ends, interval(None, None, connection=3)).is_failure


def test_a_fault_that_loses_nothing_and_ends_nothing_is_quiet() -> None:
    found = judged(fault(Kind.DUPLICATE, loses=False), interval(None, None))

    assert (found.verdict, found.is_needless) == (Verdict.QUIET, False)


def test_an_end_after_a_fault_that_loses_nothing_is_needless() -> None:
    found = judged(fault(Kind.DUPLICATE, loses=False), interval())

    assert (found.verdict, found.is_needless) == (Verdict.MISNAMED, True)
    assert not found.is_failure


def test_two_frames_that_change_places_look_like_a_loss_and_are_none() -> None:
    found = judged(fault(Kind.SWAP, loses=False), interval())

    assert (found.verdict, found.is_needless) == (Verdict.NAMED, True)


# -- our clock and the readers --------------------------------------------------------------------


@pytest.mark.parametrize("connection", [1, ALL])
def test_a_delay_is_told_as_a_fault_of_our_clock(connection: int) -> None:
    told, known = [lag(90, 150, connection=connection)], interval(None, None)
    found = judge([fault(Kind.DELAY, loses=False, known=[known])], [known], told)

    assert [one.verdict for one in found.judged] == [Verdict.NAMED]
    assert found.needless == []


@pytest.mark.parametrize(
    "told",
    [[], [lag(10, 99)], [lag(201, None)], [lag(90, 150, connection=2)], [lag(90, 150, cause="x")]],
)
def test_a_delay_that_is_not_told_is_found(told: list[ClockFault]) -> None:
    (found,) = judge([fault(Kind.DELAY, loses=False)], [interval(None, None)], told).judged

    assert (found.verdict, found.is_failure) == (Verdict.UNDECLARED, True)


def test_a_pause_is_no_gap_to_whoever_asks_in_the_middle() -> None:
    ends = [interval("disconnect")]
    pause = fault(Kind.PAUSE, capture=None, connection=None, ends_at=180, known=ends)

    def verdict(*causes: str) -> Verdict:
        unknown = [Unknown(str(n), Micros(105), Micros(190), one) for n, one in enumerate(causes)]
        return judge([pause], ends, (), unknown).judged[0].verdict

    assert verdict("exchange_closed", "market_closed") is Verdict.NAMED
    assert verdict("exchange_closed", "disconnect") is Verdict.MISNAMED
    assert verdict() is Verdict.UNDECLARED


# -- for nothing ----------------------------------------------------------------------------------


def test_an_end_without_a_fault_is_told_for_nothing_once_for_all_markets() -> None:
    found = judge([], [interval("stall"), interval("stall", ticker="B")], [lag(300, None)])

    assert [(one.kind, one.cause, one.at) for one in found.needless] == [
        (None, "stall", 110),
        (None, "lag", 300),
    ]


def test_ends_that_are_nobody_s_fault_are_not_told_for_nothing() -> None:
    ends = [interval("unsubscribed"), interval("end_of_recording"), interval("superseded")]

    assert judge([], ends).needless == []


def test_a_second_end_by_another_name_is_laid_at_the_door_of_the_fault_there() -> None:
    everywhere = fault(Kind.LATE_LISTING, 0, 500, connection=None, loses=False)
    ends = [interval(), interval("stall", 150, since=120)]

    (needless,) = judge([everywhere, fault(known=ends[:1])], ends).needless
    assert (needless.kind, needless.cause) == (Kind.DROP, "stall")


def test_a_fault_that_loses_one_thing_after_another_may_be_told_again_and_again() -> None:
    ends = [interval(), interval(detected_at=150, since=120)]

    assert judge([fault(known=ends[:1])], ends).needless == []


# -- the table ------------------------------------------------------------------------------------


def test_every_fault_has_its_names() -> None:
    assert set(EXPECTED) == set(Kind)
    for expected in EXPECTED.values():
        assert bool(expected.causes) == (expected.telling is not Telling.NOWHERE)
