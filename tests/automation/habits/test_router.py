"""The endpoints of habits, asked over HTTP. The ids are those of the requirements."""

from typing import Any

import pytest

from playhead.base.ids import format_id, new_uuid
from playhead.kernel.identity import Role
from tests.automation.habits.stage import MINUTE, Gym, path_of, told
from tests.kernel.asking import code
from tests.kernel.stage import NOW, make_member

UNKNOWN = "/habits/" + format_id("hab", new_uuid(NOW))
NINE = "0 9 * * 1-5"


async def made(gym: Gym, **body: Any) -> dict[str, Any]:
    skill_id = body.pop("skill_id", None) or format_id("skl", await gym.skill())
    sent = {"skill_id": skill_id, "schedule_cron": NINE, **body}
    answer = await gym.ask("POST", "/habits", sent)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_hbit_01_a_habit_is_made_with_its_next_runs(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        skill_id = format_id("skl", await gym.skill("greeter"))
        habit = await made(gym, skill_id=skill_id, timezone="Europe/Amsterdam", config={"a": 1})

        assert habit["skill"]["id"] == habit["skill_id"] == skill_id
        assert habit["skill"]["name"].startswith("greeter")
        assert habit["schedule_description"] == "At 09:00, Monday through Friday"
        assert habit["config"] == {"a": 1}
        assert habit["created_by"] == format_id("usr", gym.owner.user_id)
        assert (habit["overlap"], habit["misfire"], habit["pause_after"]) == (
            "skip",
            "run_once",
            3,
        )
        assert habit["next_run_at"] == habit["next_runs"][0]["utc"] == "2027-01-18T08:00:00.000000Z"
        assert habit["next_runs"][0] == {
            "utc": "2027-01-18T08:00:00.000000Z",
            "local": "2027-01-18T09:00:00+01:00",
            "offset": "+01:00",
            "change": None,
        }
        assert len(habit["next_runs"]) == 5

    told(module_service_database_url, story)


@pytest.mark.parametrize(
    ("body", "fault", "field"),
    [
        ({"schedule_cron": "61 9 * * *"}, "habit.schedule_invalid", "schedule_cron"),
        ({"schedule_cron": "* * * *"}, "habit.schedule_invalid", "schedule_cron"),
        ({"schedule_cron": "0 0 30 2 *"}, "habit.schedule_invalid", "schedule_cron"),
        ({"timezone": "Mars/Olympus"}, "habit.timezone_unknown", "timezone"),
        ({"timezone": "U" * 51}, "request.invalid", "timezone"),
        ({"schedule_description": "x" * 256}, "request.invalid", "schedule_description"),
        ({"jitter_seconds": 3601}, "request.invalid", "jitter_seconds"),
        ({"misfire_window_seconds": 59}, "request.invalid", "misfire_window_seconds"),
        ({"misfire_most": 101}, "request.invalid", "misfire_most"),
        ({"pause_after": 0}, "request.invalid", "pause_after"),
        ({"overlap": "queue"}, "request.invalid", "overlap"),
        ({"is_active": "yes"}, "request.invalid", "is_active"),
        ({"config": []}, "request.invalid", "config"),
        ({"config": {"a": "\x00"}}, "skill.input_invalid", None),
        ({"colour": "red"}, "request.invalid", "colour"),
        ({"skill_id": "skl_1"}, "id.invalid", "skill_id"),
    ],
)
def test_hbit_01_what_makes_no_sense_is_refused_and_named(
    module_service_database_url: str, body: dict[str, Any], fault: str, field: str | None
) -> None:
    async def story(gym: Gym) -> None:
        skill_id = format_id("skl", await gym.skill())
        sent = {"skill_id": skill_id, "schedule_cron": NINE, **body}
        answer = await gym.ask("POST", "/habits", sent)

        assert code(answer) == (422, fault)
        assert field in (None, answer.json()["error"]["field"])

    told(module_service_database_url, story)


def test_hbit_01_skill_label_and_input_must_be_there_and_fit(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        other = await make_member(gym.tenants)
        strict = await gym.skill(schema='{"type": "object", "required": ["x"]}')
        body = {"skill_id": format_id("skl", strict), "schedule_cron": NINE}
        theirs = await gym.ask("POST", "/habits", body, who=other)
        label = await gym.ask("POST", "/habits", {**body, "label": "stable"})
        empty = await gym.ask("POST", "/habits", body)
        fitting = await gym.ask("POST", "/habits", {**body, "config": {"x": 1}})

        assert code(theirs) == (404, "skill.not_found")
        assert code(label) == (404, "skill.label_not_found")
        assert code(empty) == (422, "skill.input_invalid")
        assert fitting.status_code == 201

    told(module_service_database_url, story)


def test_hbit_02_03_a_habit_is_read_alone_and_with_what_came_of_it(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("*/5 * * * *")
        await gym.tick(5)
        read = (await gym.ask("GET", path_of(habit.habit_id))).json()
        full = (await gym.ask("GET", path_of(habit.habit_id, "/full"))).json()

        assert (read["run_count"], read["is_active"]) == (1, True)
        assert read["last_run_at"] == "2027-01-15T08:05:00.000000Z"
        assert read["next_run_at"] == "2027-01-15T08:10:00.000000Z"
        assert {name: full[name] for name in read} == read
        (execution,) = full["recent_executions"]
        states = [each["state"] for each in full["recent_occurrences"]]
        assert (execution["status"], execution["reference_id"]) == ("pending", read["id"])
        assert states == ["fired"]
        assert full["recent_occurrences"][0]["execution_id"] == execution["id"]

    told(module_service_database_url, story)


def test_hbit_04_habits_are_listed_by_cursor_and_by_page(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        ids: list[str] = []
        for _ in range(3):
            gym.clock.at += MINUTE
            ids.insert(0, format_id("hab", (await gym.habit(NINE)).habit_id))
        first = (await gym.ask("GET", "/habits", limit="2")).json()
        then = (await gym.ask("GET", "/habits", limit="2", cursor=first["next_cursor"])).json()
        page = (await gym.ask("GET", "/habits", page="2", page_size="2")).json()

        assert [each["id"] for each in first["data"] + then["data"]] == ids
        assert (first["has_more"], then["has_more"], then["next_cursor"]) == (True, False, None)
        assert [each["id"] for each in page["data"]] == ids[2:]
        assert (page["total"], page["page"], page["page_size"], page["has_more"]) == (
            3,
            2,
            2,
            False,
        )
        assert "skill" in page["data"][0]
        mixed = await gym.ask("GET", "/habits", page="1", limit="2")
        assert code(mixed) == (422, "paging.mixed")

    told(module_service_database_url, story)


def test_hbit_04_habits_are_listed_by_skill_and_by_activity(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        on, off = await made(gym), await made(gym, is_active=False)

        async def listed(**asked: str) -> list[str]:
            answer = await gym.ask("GET", "/habits", who=None, **asked)
            return [each["id"] for each in answer.json()["data"]]

        assert await listed(is_active="true") == [on["id"]]
        assert await listed(is_active="false") == [off["id"]]
        assert await listed(skill_id=off["skill_id"]) == [off["id"]]
        assert off["next_run_at"] is None
        assert off["next_runs"] == []

    told(module_service_database_url, story)


def test_hbit_05_a_change_of_schedule_replaces_what_was_planned(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("* * * * *")
        body = {"schedule_cron": "*/2 * * * *", "jitter_seconds": 0, "label": None}
        changed = await gym.ask("PATCH", path_of(habit.habit_id), body)
        rows = await gym.rows("SELECT tick FROM occurrences ORDER BY tick")

        assert changed.json()["schedule_cron"] == "*/2 * * * *"
        assert [row.tick - gym.clock.at for row in rows] == [2 * MINUTE, 4 * MINUTE]
        described = {"schedule_description": "Every other minute", "pause_after": 5}
        again = (await gym.ask("PATCH", path_of(habit.habit_id), described)).json()
        cleared = {"schedule_description": None, "timezone": "Asia/Kathmandu"}
        last = (await gym.ask("PATCH", path_of(habit.habit_id), cleared)).json()
        assert again["schedule_description"] == "Every other minute"
        assert again["pause_after"] == last["pause_after"] == 5
        assert (last["schedule_description"], last["timezone"]) == (
            "Every 2 minutes",
            "Asia/Kathmandu",
        )
        nulled = await gym.ask("PATCH", path_of(habit.habit_id), {"timezone": None})
        assert code(nulled) == (422, "request.invalid")

    told(module_service_database_url, story)


def test_hbit_06_a_habit_is_deleted_and_its_executions_stay(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("*/5 * * * *")
        await gym.tick(5)
        gone = await gym.ask("DELETE", path_of(habit.habit_id))
        again = await gym.ask("DELETE", path_of(habit.habit_id))
        await gym.end_all(habit.habit_id, "failed")

        assert gone.status_code == 204
        assert code(again) == (404, "habit.not_found")
        assert await gym.rows("SELECT FROM occurrences") == []
        assert len(await gym.rows("SELECT FROM executions")) == 1
        log = await gym.rows("SELECT action FROM audit_log ORDER BY number")
        assert [row.action for row in log] == ["habit.created", "habit.deleted"]

    told(module_service_database_url, story)


def test_hbit_07_a_habit_is_switched_off_and_on(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("* * * * *")
        gym.clock.at += MINUTE  # one tick is due, and nobody fired it
        off = (await gym.ask("POST", path_of(habit.habit_id, "/deactivate"))).json()
        await gym.tick(10)
        on = (await gym.ask("POST", path_of(habit.habit_id, "/activate"))).json()
        await gym.tick(1)

        assert (off["is_active"], off["next_run_at"]) == (False, None)
        assert (on["is_active"], on["next_run_at"]) == (True, "2027-01-15T08:12:00.000000Z")
        assert await gym.told(habit.habit_id) == [
            ("skipped", "habit_inactive"),
            ("fired", "on_time"),
        ]
        toggled = (await gym.ask("POST", path_of(habit.habit_id, "/toggle"))).json()
        assert toggled["is_active"] is False

    told(module_service_database_url, story)


def test_hbit_08_a_habit_runs_at_once_even_while_it_is_inactive(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        habit = await made(gym, is_active=False)
        started = await gym.ask("POST", f"/habits/{habit['id']}/run-now")
        runs = (await gym.ask("GET", f"/habits/{habit['id']}/executions")).json()["data"]

        assert started.status_code == 202
        assert started.json() == {
            "execution_id": runs[0]["id"],
            "status": "pending",
            "habit_is_active": False,
            "message": "the habit runs now; it stays inactive",
        }
        assert (runs[0]["execution_type"], runs[0]["reference_id"]) == ("habit", habit["id"])
        await gym.rows("UPDATE skills SET is_active = false RETURNING 1")
        refused = await gym.ask("POST", f"/habits/{habit['id']}/run-now")
        assert code(refused) == (409, "skill.inactive")

    told(module_service_database_url, story)


def test_hbit_09_errors_are_reset_and_the_habit_runs_again(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("* * * * *", pause_after=1)
        await gym.tick()
        await gym.end_all(habit.habit_id, "failed")
        paused = (await gym.ask("GET", path_of(habit.habit_id))).json()
        reset = (await gym.ask("POST", path_of(habit.habit_id, "/reset-errors"))).json()

        assert (paused["is_active"], paused["paused_because"]) == (False, "failures")
        assert paused["last_error_message"] == "the model is tired"
        assert reset["is_active"] is True
        assert (reset["consecutive_failures"], reset["last_error_message"]) == (0, None)
        assert (reset["paused_at"], reset["paused_because"]) == (None, None)
        assert reset["next_run_at"] == "2027-01-15T08:02:00.000000Z"

    told(module_service_database_url, story)


def test_hbit_10_statistics_are_counted_from_what_ran(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        habit, idle = await gym.habit("* * * * *"), await made(gym, is_active=False)
        for status in ("completed", "failed", "completed", "cancelled"):
            await gym.tick()
            gym.clock.at += 2_000_000
            await gym.end_all(habit.habit_id, status)
            gym.clock.at -= 2_000_000
        await gym.tick()
        stats = (await gym.ask("GET", path_of(habit.habit_id, "/stats"))).json()
        overview = (await gym.ask("GET", "/habits/stats")).json()

        assert (stats["run_count"], stats["completed_runs"], stats["failed_runs"]) == (5, 2, 1)
        assert (stats["cancelled_runs"], stats["unfinished_runs"]) == (1, 1)
        assert (stats["success_rate"], stats["average_duration_ms"]) == (0.6667, 2000)
        assert stats["occurrences"]["fired"] == 5
        assert len(stats["upcoming_runs"]) == 5
        assert (overview["total_habits"], overview["active_habits"]) == (2, 1)
        assert (overview["total_runs"], overview["success_rate"]) == (5, 0.6667)
        none = (await gym.ask("GET", f"/habits/{idle['id']}/stats")).json()
        assert (none["run_count"], none["success_rate"], none["upcoming_runs"]) == (0, None, [])

    told(module_service_database_url, story)


def test_hbit_11_an_expression_is_put_into_words_and_runs(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        gym.clock.at = 1_806_192_000_000_000  # 2027-03-27T16:00Z; the clock leaps that night
        body = {"expression": "0,30 2 * * *", "timezone": "Europe/Amsterdam", "count": 3}
        good = (await gym.ask("POST", "/habits/validate-cron", body)).json()

        assert (good["valid"], good["error"]) == (True, None)
        assert good["description"] == "At 0 and 30 minutes past the hour, at 02:00"
        assert [(run["local"], run["change"]) for run in good["next_runs"]] == [
            ("2027-03-28T03:00:00+02:00", "shifted"),
            ("2027-03-29T02:00:00+02:00", None),
            ("2027-03-29T02:30:00+02:00", None),
        ]
        assert [(note["change"], note["message"]) for note in good["dst"]] == [
            (
                "shifted",
                "02:00 does not exist on 2027-03-28: it runs when the clock leaps, at 03:00",
            ),
            ("skipped", "02:30 does not exist on 2027-03-28: it is left out"),
        ]

    told(module_service_database_url, story)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"expression": "nonsense"}, "schedule_cron"),
        ({"expression": "0 0 31 2 *"}, "schedule_cron"),
        ({"expression": "* * * * * *"}, "schedule_cron"),
        ({"expression": ""}, "schedule_cron"),
        ({"expression": NINE, "timezone": "Nowhere"}, "timezone"),
    ],
)
def test_hbit_11_an_expression_that_is_none_is_told_so(
    module_service_database_url: str, body: dict[str, str], field: str
) -> None:
    async def story(gym: Gym) -> None:
        answer = await gym.ask("POST", "/habits/validate-cron", body)
        told_so = answer.json()

        assert (answer.status_code, told_so["valid"], told_so["field"]) == (200, False, field)
        assert told_so["error"].startswith(field)
        assert (told_so["next_runs"], told_so["description"]) == ([], None)

    told(module_service_database_url, story)


def test_ticks_are_listed_with_what_became_of_them(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        habit = await gym.habit("* * * * *")
        for _ in range(3):
            await gym.tick()
        path = path_of(habit.habit_id, "/occurrences")
        fired = (await gym.ask("GET", path, state="fired")).json()["data"]
        skipped = (await gym.ask("GET", path, state="skipped", page="1")).json()
        first = (await gym.ask("GET", path, limit="2")).json()
        then = (await gym.ask("GET", path, limit="100", cursor=first["next_cursor"])).json()

        assert [each["reason"] for each in fired] == ["on_time"]
        assert (skipped["total"], skipped["data"][0]["reason"]) == (2, "still_running")
        listed = [each["tick"] for each in first["data"] + then["data"]]
        assert listed == sorted(listed, reverse=True)
        assert len(listed) == len(set(listed)) == 5

    told(module_service_database_url, story)


PATHS = ["", "/full", "/executions", "/occurrences", "/stats"]
POSTS = ["/activate", "/deactivate", "/toggle", "/run-now", "/reset-errors"]


def test_what_is_not_there_or_somebody_elses_is_not_found(
    module_service_database_url: str,
) -> None:
    async def story(gym: Gym) -> None:
        other = await make_member(gym.tenants)
        habit = await gym.habit(NINE)
        for path, who in ((UNKNOWN, gym.owner), (path_of(habit.habit_id), other)):
            asked = [("GET", rest) for rest in PATHS] + [("POST", rest) for rest in POSTS]
            for method, rest in [*asked, ("DELETE", ""), ("PATCH", "")]:
                body = {"pause_after": 9} if method == "PATCH" else None
                answer = await gym.ask(method, path + rest, body, who=who)
                assert code(answer) == (404, "habit.not_found"), (method, rest)
        assert code(await gym.ask("GET", "/habits/hab_1")) == (422, "id.invalid")
        assert (await gym.ask("GET", "/habits", who=other)).json()["data"] == []
        assert (await gym.ask("GET", path_of(habit.habit_id))).json()["pause_after"] == 3

    told(module_service_database_url, story)


def test_who_may_only_read_changes_nothing(module_service_database_url: str) -> None:
    async def story(gym: Gym) -> None:
        viewer = await gym.member(Role.VIEWER)
        habit = await gym.habit(NINE)
        for method, rest in [("DELETE", ""), ("PATCH", ""), *(("POST", rest) for rest in POSTS)]:
            answer = await gym.ask(method, path_of(habit.habit_id, rest), {}, who=viewer)
            assert code(answer) == (403, "auth.scope_missing"), (method, rest)
        for rest in PATHS:
            assert (await gym.ask("GET", path_of(habit.habit_id, rest), who=viewer)).is_success

    told(module_service_database_url, story)
