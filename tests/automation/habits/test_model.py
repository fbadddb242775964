"""Three planners and three firers race through days on which clocks change, and die on the way.

What they leave is compared with an oracle that looks at every minute: each tick has its row, once,
ended with a reason; and exactly those that were to run have their execution.
"""

import asyncio
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from playhead.automation.habits import HabitFirer, HabitPlanner
from playhead.automation.habits.model import DAY, Habit, Misfire, Overlap, execution_id
from playhead.base.time import Micros, datetime_of
from tests.automation.habits.chaos import MortalTenants, perhaps_killed
from tests.automation.habits.oracle import CHANGES, ticks, utc
from tests.automation.habits.stage import MINUTE, SECOND, Gym, told

EXPRESSIONS = ("*/20 * * * *", "0,30 2 * * *", "15,45 0-3 * * *", "30 */2 * * *")
AROUND = timedelta(hours=2)
ALL = {
    "overlap": Overlap.ALLOW,
    "misfire": Misfire.RUN_ALL,
    "misfire_most": 100,
    "misfire_window": DAY,
}
SHARE = 0.04


async def open_connections(gym: Gym) -> None:
    """Have more connections than workers: one that is killed while it waits for one may lose it."""
    await asyncio.gather(*(gym.rows("SELECT pg_sleep(0.1)") for _ in range(20)))


async def live(gym: Gym, dice: Random, until: datetime) -> None:
    """Let workers come, race and die, until the clock shows ``until``."""
    mortal = MortalTenants(gym.tenants, dice, SHARE)
    while datetime_of(Micros(gym.clock.at)) < until:
        gym.clock.at += dice.choice((30, 60, 240, 600, 1500)) * SECOND
        works = [HabitPlanner(mortal, now=gym.clock).plan_due for _ in range(3)]
        works += [
            HabitFirer(mortal, gym.starter, gym.notices, now=gym.clock).fire_due for _ in range(3)
        ]
        dice.shuffle(works)
        await asyncio.gather(*(perhaps_killed(work, dice, share=0.3) for work in works))
        for habit_id in [row.habit_id for row in await gym.rows("SELECT habit_id FROM habits")]:
            if dice.random() < 0.3:
                await gym.end_all(habit_id)


async def rest(gym: Gym) -> None:
    """Let workers that live finish what is left."""
    for _ in range(3):
        gym.clock.at += 31 * SECOND
        await gym.planner().plan_due()
        await gym.firer().fire_due()


async def expect_oracle(gym: Gym, habit: Habit, since: datetime) -> None:
    schedule = habit.settings.schedule
    until = datetime_of(Micros(gym.clock.at))
    expected = list(ticks(schedule.expression, ZoneInfo(schedule.timezone), since, until))
    rows = await gym.rows(
        "SELECT tick, state, reason, execution_id FROM occurrences"
        " WHERE habit_id = %(habit_id)s AND tick <= %(now)s ORDER BY tick",
        habit_id=habit.habit_id,
        now=gym.clock.at,
    )
    assert [row.tick for row in rows] == expected
    assert all(row.reason for row in rows)
    assert {row.state for row in rows} <= {"fired", "late"} or habit.settings.policy.overlap != (
        Overlap.ALLOW
    )
    ran = [row for row in rows if row.state in ("fired", "late")]
    assert all(row.execution_id == execution_id(habit.habit_id, row.tick) for row in ran)
    started = await gym.rows(
        "SELECT execution_id, at FROM executions WHERE reference_id = %(habit_id)s ORDER BY at",
        habit_id=habit.habit_id,
    )
    assert [(row.execution_id, row.at) for row in started] == [
        (row.execution_id, row.tick) for row in ran
    ]


@pytest.mark.parametrize("forward", [True, False], ids=["forward", "back"])
@pytest.mark.parametrize("zone", CHANGES)
def test_every_tick_around_a_change_of_the_clock_is_decided_once(
    service_database_url: str, zone: str, forward: bool
) -> None:
    change = utc(CHANGES[zone][0 if forward else 1])
    since = change - AROUND

    async def story(gym: Gym) -> None:
        habits = [await gym.habit(expression, zone, **ALL) for expression in EXPRESSIONS]
        habits.append(await gym.habit("*/5 * * * *", zone, overlap=Overlap.BUFFER_ONE))
        habits.append(await gym.habit("*/5 * * * *", zone, overlap=Overlap.CANCEL_OLD))
        await open_connections(gym)
        await live(gym, Random(f"{zone} {forward}"), change + AROUND)
        await rest(gym)
        for habit in habits:
            await expect_oracle(gym, habit, since)

    told(service_database_url, story, at=int(since.timestamp()) * SECOND)


def test_the_clock_of_these_tests_shows_whole_minutes() -> None:
    assert all(int(utc(at).timestamp()) * SECOND % MINUTE == 0 for at, _ in CHANGES.values())
