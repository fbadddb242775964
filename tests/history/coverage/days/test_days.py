"""What each day proves: the sums of sets say what the explanations of single instants say."""

import asyncio
from datetime import date, timedelta

import pytest

from playhead.history.coverage.days import Day, Days
from playhead.storage.postgres import Database
from tests.history.coverage.rows import Rows
from tests.history.rewind.builders import second

HOUR = 3600
TODAY = date(2026, 11, 21)  # the fixed start is its noon
MIDNIGHT = -12 * HOUR


@pytest.fixture
def summed(module_database_url: str) -> "Summed":
    return Summed(module_database_url)


class Summed:
    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, until: int, since: int = MIDNIGHT) -> dict[date, Day]:
        async def over() -> dict[date, Day]:
            async with Database.open(self._url, connections=1) as database:
                return await Days(database).between(second(since), second(until))

        return asyncio.run(over())

    def today(self, until: int) -> tuple[int, int]:
        """Return proven and missing seconds of the fixed day up to ``until``."""
        day = self(until).get(TODAY, Day(TODAY))
        return _seconds(day.proven), _seconds(day.gap)


def _seconds(micros: int) -> int:
    whole, rest = divmod(micros, 1_000_000)
    assert rest == 0
    return whole


def upto(second: int) -> float:
    """Return the last microsecond before a second."""
    return second - 0.000001


def test_a_gap_counts_from_the_last_proof_to_the_next_book(rows: Rows, summed: Summed) -> None:
    market = rows.market("A")
    rows.interval(market, 0, upto(100), "gap")
    rows.interval(market, 130, upto(200), "gap")

    assert summed.today(300) == (170, 130)


def test_a_hole_of_one_recording_that_another_fills_is_none(rows: Rows, summed: Summed) -> None:
    rows.capture(2)
    market = rows.market("A")
    rows.interval(market, 0, upto(100), "gap")
    rows.interval(market, 150, upto(300), "gap")
    rows.interval(market, 50, upto(140), "disconnect", capture=2)

    assert summed.today(300) == (290, 10)


def test_two_recordings_of_one_instant_prove_it_once(rows: Rows, summed: Summed) -> None:
    rows.capture(2)
    market = rows.market("A")
    rows.interval(market, 0, upto(100), "gap")
    rows.interval(market, 0, upto(100), "gap", capture=2)

    assert summed.today(100) == (100, 0)


@pytest.mark.parametrize("cause", ["unsubscribed", "end_of_recording"])
def test_what_was_ended_by_wish_leaves_no_gap(rows: Rows, summed: Summed, cause: str) -> None:
    rows.interval(rows.market("A"), 0, upto(100), cause)

    assert summed.today(5000) == (100, 0)


@pytest.mark.parametrize("wished_first", [True, False])
def test_of_two_ends_at_one_instant_the_lower_capture_says_why(
    rows: Rows, summed: Summed, wished_first: bool
) -> None:
    rows.capture(2)
    market = rows.market("A")
    causes = ["unsubscribed", "gap"] if wished_first else ["gap", "unsubscribed"]
    for number, cause in enumerate(causes, start=1):
        rows.interval(market, 0, upto(100), cause, capture=number)

    assert summed.today(150) == (100, 0 if wished_first else 50)


def test_an_open_book_is_proven_as_far_as_its_subscription(rows: Rows, summed: Summed) -> None:
    rows.interval(rows.market("A"), 0, None, None, sid=3)
    rows.stream(upto(250), sid=3)

    assert summed.today(300) == (250, 0)


def test_an_open_book_that_nothing_vouches_for_is_missing_after_a_minute(
    rows: Rows, summed: Summed
) -> None:
    rows.interval(rows.market("A"), 0, None, None)
    rows.stream(upto(250))

    assert summed.today(310) == (250, 0)
    assert summed.today(311) == (250, 61)


def test_an_open_book_without_a_proof_yet_proves_nothing(rows: Rows, summed: Summed) -> None:
    rows.interval(rows.market("A"), 10, None, None, sid=9)

    assert summed.today(40) == (0, 0)


def test_a_market_that_is_not_open_or_is_closed_is_neither(rows: Rows, summed: Summed) -> None:
    market = rows.market("A", opens=20, closes=80)
    rows.interval(market, 0, upto(60), "gap")
    rows.interval(market, 90, upto(200), "gap")

    assert summed.today(300) == (40, 20)


def test_a_pause_of_its_own_engine_is_neither(rows: Rows, summed: Summed) -> None:
    one, other = rows.market("ONE", engine=1), rows.market("OTHER", engine=2)
    for market in (one, other):
        rows.interval(market, 0, upto(100), "disconnect")
        rows.interval(market, 160, upto(200), "gap")
    for engine in (1, 2):
        rows.said(0, True, engine=engine)
    rows.said(90, False, engine=1)
    rows.said(150, True, engine=1)

    assert summed.today(200) == (90 + 40 + 100 + 40, 10 + 60)


def test_a_market_of_an_unknown_engine_pauses_when_all_of_them_do(
    rows: Rows, summed: Summed
) -> None:
    rows.interval(rows.market("A"), 0, upto(100), "disconnect")
    for engine in (1, 2):
        rows.said(0, True, engine=engine)
        rows.said(110 + engine, False, engine=engine)

    assert summed.today(200) == (100, 12)


def test_announced_maintenance_is_neither(rows: Rows, summed: Summed) -> None:
    rows.interval(rows.market("A", engine=1), 0, upto(100), "disconnect")
    rows.maintenance(100, 150)
    rows.maintenance(120, 180)

    assert summed.today(200) == (100, 20)


def test_a_clock_fault_takes_its_instants_out_of_what_is_proven(rows: Rows, summed: Summed) -> None:
    market = rows.market("A")
    rows.interval(market, 0, upto(100), "unsubscribed", connection=5)
    rows.fault(30, upto(50), connection=5)
    rows.fault(60, upto(70), connection=4)

    assert summed.today(200) == (80, 20)


def test_a_clock_fault_of_the_whole_capture_leaves_what_another_proves(
    rows: Rows, summed: Summed
) -> None:
    rows.capture(2)
    market = rows.market("A")
    rows.interval(market, 0, upto(100), "unsubscribed")
    rows.interval(market, 0, upto(90), "unsubscribed", capture=2)
    rows.fault(80, None, connection=-1)

    assert summed.today(100) == (90, 10)


def test_a_missed_opening_is_a_gap_if_a_recording_of_the_market_ran(
    rows: Rows, summed: Summed
) -> None:
    market = rows.market("A", opens=50)
    rows.interval(market, 80, upto(100), "unsubscribed")

    assert summed.today(200) == (20, 30)


def test_what_came_before_the_recording_is_neither(rows: Rows, summed: Summed) -> None:
    market = rows.market("A", opens=-50)
    rows.interval(market, 80, upto(100), "unsubscribed")

    assert summed.today(200) == (20, 0)


def test_a_gap_that_began_before_the_window_counts_in_it(rows: Rows, summed: Summed) -> None:
    market = rows.market("A")
    rows.interval(market, -40 * HOUR, upto(-30 * HOUR), "unsubscribed")
    rows.interval(market, -20 * HOUR, upto(-15 * HOUR), "disconnect")

    assert summed.today(0) == (0, 12 * HOUR)


def test_what_spans_midnight_counts_on_both_days(rows: Rows, summed: Summed) -> None:
    rows.interval(rows.market("A"), MIDNIGHT - 10, upto(MIDNIGHT + 5), "gap")
    rows.incident("gap", MIDNIGHT + 5)
    days = summed(MIDNIGHT + 20, since=MIDNIGHT - 24 * HOUR)

    yesterday = TODAY - timedelta(days=1)
    assert days[yesterday] == Day(yesterday, proven=10_000_000, markets=1)
    assert days[TODAY] == Day(TODAY, proven=5_000_000, gap=15_000_000, markets=1, incidents=1)


def test_an_interval_that_proves_nothing_still_says_why(rows: Rows, summed: Summed) -> None:
    market = rows.market("A")
    rows.interval(market, 0, upto(100), "unsubscribed")
    rows.interval(market, 150, upto(150), "gap")

    assert summed.today(200) == (100, 50)


def test_a_day_that_nothing_is_known_of_is_left_out(rows: Rows, summed: Summed) -> None:
    assert summed(300) == {}
