"""When habits run: both days on which clocks change, expressions that are refused, words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.automation.habits.errors import ScheduleInvalid, TimezoneUnknown
from playhead.automation.habits.schedule import (
    Change,
    Schedule,
    describe,
    next_runs,
    parse_schedule,
)
from playhead.base.time import MICROS_PER_SECOND, Micros, datetime_of, parse_instant
from tests.automation.habits.oracle import CHANGES, ticks, utc

AROUND = timedelta(hours=8)


def micros(at: datetime) -> Micros:
    return Micros(int(at.timestamp()) * MICROS_PER_SECOND)


def between(schedule: Schedule, since: datetime, until: datetime) -> list[Micros]:
    found = []
    for tick in schedule.ticks(micros(since)):
        if tick > micros(until):
            break
        found.append(tick)
    return found


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
    step = st.integers(1, min(high, 40)).map(str)
    stepped = st.tuples(st.just("*") | span | number.map(str), step).map("/".join)
    term = number.map(str) | span | stepped
    return st.just("*") | st.lists(term, min_size=1, max_size=3).map(",".join)


NIGHT = field(0, 4)
EXPRESSIONS = st.tuples(
    field(0, 59), st.just("*") | NIGHT | field(0, 23), st.just("*"), st.just("*"), st.just("*")
) | st.tuples(field(0, 59), NIGHT, field(1, 31), st.just("*"), field(0, 7))


@settings(max_examples=150, deadline=None)
@given(
    fields=EXPRESSIONS,
    name=st.sampled_from(list(CHANGES)),
    forward=st.booleans(),
    lag=st.integers(-300, 300),
)
def test_a_schedule_runs_when_a_look_at_every_minute_says(
    fields: tuple[str, ...], name: str, forward: bool, lag: int
) -> None:
    change = utc(CHANGES[name][0 if forward else 1])
    since, until = change + timedelta(minutes=lag), change + AROUND
    expression = " ".join(fields)

    found = between(Schedule(expression, name), since, until)

    assert found == list(ticks(expression, ZoneInfo(name), since, until)), (expression, name, lag)


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "back"])
@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(
    "expression",
    [
        "*/15 * * * *",
        "0-0/1 2 * * *",
        "0,30 2 * * *",
        "30 1-3 * * *",
        "*/10 5 * * *",
        "15 */2 * * *",
        "0 0 * * 0",
    ],
)
def test_the_days_of_change(expression: str, name: str, forward: bool) -> None:
    change = utc(CHANGES[name][0 if forward else 1])
    since, until = change - AROUND, change + AROUND

    assert between(Schedule(expression, name), since, until) == list(
        ticks(expression, ZoneInfo(name), since, until)
    )


def marks(expression: str, since: str, most: int) -> list[tuple[str, str, Change | None]]:
    schedule = parse_schedule(expression, "Europe/Amsterdam")
    return [
        (f"{run.wall:%H:%M}", f"{datetime_of(run.at):%H:%M}", run.change)
        for run in next_runs(schedule, parse_instant(since), most)
    ]


def test_what_the_clock_leaps_over_runs_at_the_leap_or_never() -> None:
    night = "2026-03-29T00:00:00Z"

    assert marks("0,30 2 * * *", night, 2) == [
        ("02:00", "01:00", Change.SHIFTED),
        ("02:30", "01:00", Change.SKIPPED),
        ("02:00", "00:00", None),
    ]
    assert marks("*/30 * * * *", night, 2) == [
        ("01:30", "00:30", None),
        ("02:00", "01:00", Change.SKIPPED),
        ("02:30", "01:00", Change.SKIPPED),
        ("03:00", "01:00", None),
    ]


def test_what_the_clock_shows_twice_runs_once_or_twice() -> None:
    night = "2026-10-24T23:45:00Z"

    assert marks("30 2 * * *", night, 2) == [
        ("02:30", "00:30", Change.FIRST_ONLY),
        ("02:30", "01:30", None),
    ]
    assert marks("*/30 * * * *", night, 5) == [
        ("02:00", "00:00", Change.REPEATED),
        ("02:30", "00:30", Change.REPEATED),
        ("02:00", "01:00", Change.REPEATED),
        ("02:30", "01:30", Change.REPEATED),
        ("03:00", "02:00", None),
    ]


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("* * * *", "5 fields"),
        ("* * * * * *", "more often than once a minute"),
        ("@daily", "5 fields"),
        ("61 * * * *", "bad minute"),
        ("* 24 * * *", "bad hour"),
        ("* * * * MOO", "bad day-of-week"),
        ("5-1 * * * *", "bad minute"),
        ("*/0 * * * *", "bad minute"),
        ("*/90 * * * *", "a step of 90"),
        ("0 0 31 2 *", "bad day-of-month"),
        ("0 0 30 2 *", "bad day-of-month"),
        ("0 0 * * 1L5", "bad day-of-week"),
        ("0 " * 60 + "* * * *", "5 fields"),
        ("0," * 60 + "0 0 * * *", "100 characters"),
        ("\u0665 * * * *", "bad minute"),
    ],
)
def test_an_expression_that_means_nothing_is_refused(expression: str, why: str) -> None:
    with pytest.raises(ScheduleInvalid, match=why) as refused:
        parse_schedule(expression, "UTC")

    assert refused.value.field == "schedule_cron"


@pytest.mark.parametrize(
    "name", ["", "Europe", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "localtime", "+02:00"]
)
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(TimezoneUnknown) as refused:
        parse_schedule("0 9 * * *", name)

    assert refused.value.field == "timezone"


def test_a_day_that_comes_every_four_years_is_found() -> None:
    schedule = parse_schedule("0  0 29 2 * ", "Asia/Kathmandu")

    tick = next(schedule.ticks(parse_instant("2026-01-01T00:00:00Z")))

    assert datetime_of(tick) == datetime(2028, 2, 28, 18, 15, tzinfo=UTC)
    assert schedule.expression == "0 0 29 2 *"
    assert schedule.local_text(tick) == ("2028-02-29T00:00:00+05:45", "+05:45")


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("*/5 * * * *", "Every 5 minutes"),
        ("0 9 * * 1-5", "At 09:00, Monday through Friday"),
        ("30 2 L * *", "At 02:30, on the last day of the month"),
    ],
)
def test_an_expression_is_put_into_words(expression: str, words: str) -> None:
    assert describe(expression) == words
