"""Planner, firer and witness over a real database, with a clock that the test sets."""

import asyncio
from collections import Counter

import pytest

from playhead.automation.habits.model import DAY, Misfire, Overlap, execution_id
from tests.automation.habits.stage import MINUTE, SECOND, Gym, told
from tests.kernel.stage import NOW, make_member


def test_a_tick_starts_one_execution_whoever_fires_it(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("*/5 * * * *", overlap=Overlap.ALLOW)
        gym.clock.at += 5 * MINUTE
        await asyncio.gather(*(gym.firer().fire_due() for _ in range(3)))

        rows = await gym.rows("SELECT execution_id, at, trigger FROM executions")
        assert await gym.told(habit.habit_id) == [("fired", "on_time")]
        assert [(row.execution_id, row.at) for row in rows] == [
            (execution_id(habit.habit_id, gym.clock()), gym.clock.at)
        ]
        assert rows[0].trigger["reason"] == "on_time"

    told(module_service_database_url, story)


def test_ticks_are_planned_five_minutes_ahead_and_no_further(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        often, rarely = await gym.habit(), await gym.habit("0 12 * * *")
        rows = await gym.rows("SELECT habit_id, tick FROM occurrences ORDER BY tick")

        assert [row.habit_id for row in rows] == [often.habit_id] * 5
        assert [row.tick - gym.clock.at for row in rows] == [n * MINUTE for n in range(1, 6)]
        assert rarely.next_run_at == gym.clock.at + 4 * 60 * MINUTE

    told(module_service_database_url, story)


@pytest.mark.parametrize(
    ("overlap", "states"),
    [
        ("skip", ["fired", "skipped", "skipped"]),
        ("buffer_one", ["fired", "buffered", "coalesced"]),
        ("allow", ["fired", "fired", "fired"]),
        ("cancel_old", ["fired", "fired", "fired"]),
    ],
)
def test_ticks_during_a_run(
    module_service_database_url: str, overlap: str, states: list[str]
) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit(overlap=Overlap(overlap))
        for _ in states:
            await gym.tick()

        assert [state for state, _ in await gym.told(habit.habit_id)] == states
        left = {"allow": 3}.get(overlap, 1)
        assert len(await gym.running(habit.habit_id)) == left

    told(module_service_database_url, story)


def test_what_waits_runs_once_the_run_before_has_ended(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("*/5 * * * *", overlap=Overlap.BUFFER_ONE)
        await gym.tick(5)
        await gym.tick(5)
        await gym.firer().fire_due()
        assert [state for state, _ in await gym.told(habit.habit_id)] == ["fired", "buffered"]

        await gym.end_all(habit.habit_id)
        await gym.firer().fire_due()

        assert await gym.told(habit.habit_id) == [("fired", "on_time"), ("fired", "released")]
        assert len(await gym.running(habit.habit_id)) == 1

    told(module_service_database_url, story)


def test_what_waits_runs_even_if_nobody_releases_it(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("*/5 * * * *", overlap=Overlap.BUFFER_ONE)
        await gym.tick(5)
        await gym.tick(5)
        await gym.rows("UPDATE executions SET status = 'completed' RETURNING 1")
        gym.clock.at += 6 * SECOND
        await gym.firer().fire_due()

        assert (await gym.told(habit.habit_id))[1] == ("fired", "released")

    told(module_service_database_url, story)


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        ("skip", {"missed": 38}),
        ("run_once", {"too_old": 9, "newer_runs": 29}),
        ("run_all", {"too_old": 9, "too_many": 24, "made_up": 5}),
    ],
)
def test_workers_that_were_away_make_up_for_it_as_told(
    module_service_database_url: str, misfire: str, expected: dict[str, int]
) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit(
            overlap=Overlap.ALLOW,
            misfire=Misfire(misfire),
            misfire_most=5,
            misfire_window=31 * MINUTE - SECOND,
        )
        await gym.tick(40)
        reasons = Counter(reason for _, reason in await gym.told(habit.habit_id))

        # The ticks of now and of a minute ago are on time.
        assert reasons == {"on_time": 2, **expected}

    told(module_service_database_url, story)


def test_failures_in_a_row_pause_a_habit_and_tell_people(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit(overlap=Overlap.ALLOW, pause_after=2)
        for status in ("failed", "completed", "failed", "cancelled", "failed"):
            await gym.tick()
            await gym.end_all(habit.habit_id, status)
        (row,) = await gym.rows("SELECT * FROM habits")
        planned = await gym.rows("SELECT FROM occurrences WHERE state = 'planned'")

        assert (row.is_active, row.consecutive_failures) == (False, 2)
        assert (row.paused_because, row.paused_at) == ("failures", gym.clock.at)
        assert row.last_error_message == "the model is tired"
        assert planned == []
        assert [mail.recipient for mail in gym.letters.mails] == [gym.owner.email]
        log = await gym.rows("SELECT action FROM audit_log ORDER BY number")
        assert [entry.action for entry in log] == ["habit.created", "habit.paused"]

    told(module_service_database_url, story)


def test_what_is_refused_counts_as_a_failure_and_says_why(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit(pause_after=3)
        await gym.rows(
            "INSERT INTO skill_versions SELECT org_id, skill_id, 2, prompt_template,"
            ' system_template, model, parameters, \'{"type": "object", "required": ["x"]}\','
            " output_format, note, created_by, created_at FROM skill_versions RETURNING 1"
        )
        await gym.rows("UPDATE skills SET version = 2 RETURNING 1")
        for _ in range(4):
            await gym.tick()
        (row,) = await gym.rows("SELECT is_active, consecutive_failures FROM habits")

        assert await gym.told(habit.habit_id) == [("skipped", "refused: skill.input_invalid")] * 3
        assert (row.is_active, row.consecutive_failures) == (False, 3)

    told(module_service_database_url, story)


def test_a_skill_that_is_switched_off_skips_ticks_and_is_no_failure(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit()
        await gym.rows("UPDATE skills SET is_active = false RETURNING 1")
        await gym.tick()

        assert await gym.told(habit.habit_id) == [("skipped", "skill_inactive")]
        (row,) = await gym.rows("SELECT consecutive_failures FROM habits")
        assert row.consecutive_failures == 0

    told(module_service_database_url, story)


def test_jitter_puts_a_tick_off_by_the_same_each_time(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        await gym.habit("* * * * *", jitter=30 * SECOND)
        rows = await gym.rows("SELECT tick, due_at FROM occurrences ORDER BY tick")
        late = [row.due_at - row.tick for row in rows]

        assert all(0 <= each <= 30 * SECOND for each in late)
        assert len(set(late)) > 1

    told(module_service_database_url, story)


def test_old_ticks_are_forgotten(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("*/5 * * * *")
        await gym.tick(5)
        await gym.planner().forget_old()
        assert len(await gym.told(habit.habit_id)) == 1
        gym.clock.at += 91 * DAY
        await gym.planner().forget_old()

        assert await gym.told(habit.habit_id) == []

    told(module_service_database_url, story)


def test_a_habit_that_cannot_be_fired_holds_up_no_other(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        bad, good = await gym.habit("*/5 * * * *"), await gym.habit("*/5 * * * *")
        start = gym.starter.start

        async def starting(tx, org_id, news, *, now):  # type: ignore[no-untyped-def]
            if any(new.reference_id == bad.habit_id for new in news):
                raise ZeroDivisionError
            return await start(tx, org_id, news, now=now)

        gym.starter.start = starting  # type: ignore[method-assign]
        await gym.tick(5)

        assert await gym.told(good.habit_id) == [("fired", "on_time")]
        assert await gym.told(bad.habit_id) == []

    told(module_service_database_url, story)


def test_each_organisation_has_its_own(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        other = await make_member(gym.tenants)
        habit = await gym.habit("*/5 * * * *")
        await gym.tick(5)
        seen = await gym.tenants.fetch_all(
            other.tenant,
            "SELECT (SELECT count(*) FROM habits) AS habits,"
            " (SELECT count(*) FROM occurrences) AS ticks",
        )

        assert (seen[0].habits, seen[0].ticks) == (0, 0)
        assert len(await gym.told(habit.habit_id)) == 1

    told(module_service_database_url, story)


def test_now_is_a_whole_minute() -> None:
    assert NOW % MINUTE == 0
