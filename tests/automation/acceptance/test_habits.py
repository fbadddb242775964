"""Habits, requirement by requirement: HBIT-01 to HBIT-11."""

from itertools import pairwise

import psycopg
import pytest

from playhead.base.ids import parse_id
from playhead.base.time import parse_instant
from tests.automation.acceptance.making import (
    YEARLY,
    ended,
    ids,
    make_failing_skill,
    make_habit,
    make_skill,
)
from tests.automation.acceptance.place import Json, Person, until

UNKNOWN = "hab_" + "0" * 26
MINUTE = 60_000_000
SOON = """
UPDATE occurrences SET due_at = (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
 WHERE habit_id = %s AND state = 'planned'
"""


def run(person: Person, habit: Json) -> Json:
    """Run a habit at once; return its execution, which has ended."""
    started = person.post(f"/habits/{habit['id']}/run-now", status=202)
    assert started["status"] == "pending"
    return ended(person, started["execution_id"])


def let_its_ticks_be_due(person: Person, habit: Json) -> None:
    """Let the ticks of a habit that are planned be due now, as if their time had come."""
    habit_id = parse_id("hab", habit["id"], field="id")
    with psycopg.connect(person.place.database_url) as connection:
        assert connection.execute(SOON, [habit_id]).rowcount


def test_hbit_01_a_habit_is_created_planned_and_fired_by_its_schedule(ada: Person) -> None:
    skill = make_skill(ada)
    body = {
        "skill_id": skill["id"],
        "schedule_cron": "* * * * *",
        "timezone": "Europe/Amsterdam",
        "config": {"name": "Eve"},
        "overlap": "skip",
        "jitter_seconds": 0,
        "pause_after": 2,
    }
    made = ada.post("/habits", body, status=201)
    assert {name: made[name] for name in body} == body
    assert made["schedule_description"]
    runs = [parse_instant(each["utc"]) for each in made["next_runs"]]
    assert [b - a for a, b in pairwise(runs)] == [MINUTE] * 4
    assert made["next_run_at"] == made["next_runs"][0]["utc"]

    path = f"/habits/{made['id']}/occurrences"
    assert ada.get(path, state="planned")["data"][-1]["tick"] == made["next_run_at"]
    let_its_ticks_be_due(ada, made)
    tick = until(lambda: next(iter(ada.get(path, state="fired")["data"]), None))
    ran = ended(ada, tick["execution_id"])
    assert tick["reason"] == "on_time"
    assert (ran["status"], ran["execution_type"]) == ("completed", "habit")
    assert (ran["reference_id"], ran["output"].endswith("hello to Eve now.")) == (made["id"], True)
    ada.post(f"/habits/{made['id']}/deactivate")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"schedule_cron": "every day at 9"}, (422, "habit.schedule_invalid")),
        ({"schedule_cron": "0 0 31 2 *"}, (422, "habit.schedule_invalid")),
        ({"timezone": "Mars/Olympus"}, (422, "habit.timezone_unknown")),
        ({"config": {}}, (422, "skill.input_invalid")),
        ({"label": "nowhere"}, (404, "skill.label_not_found")),
        ({"skill_id": "skl_" + "0" * 26}, (404, "skill.not_found")),
        ({"overlap": "whatever"}, (422, "request.invalid")),
    ],
    ids=["words", "never", "zone", "input", "label", "skill", "overlap"],
)
def test_hbit_01_what_could_never_run_is_refused(
    ada: Person, change: Json, refusal: tuple[int, str]
) -> None:
    skill = make_skill(ada)
    body = {"skill_id": skill["id"], "schedule_cron": YEARLY, "config": {"name": "Bob"}}

    assert ada.refused("POST", "/habits", {**body, **change}) == refusal
    assert ada.get("/habits", skill_id=skill["id"])["data"] == []


def test_hbit_02_a_habit_is_read_and_one_that_is_not_there_is_404(ada: Person) -> None:
    made = make_habit(ada)

    assert ada.get(f"/habits/{made['id']}") == made
    assert ada.refused("GET", f"/habits/{UNKNOWN}") == (404, "habit.not_found")


def test_hbit_03_a_habit_comes_with_its_skill_and_what_it_did(ada: Person) -> None:
    skill = make_skill(ada, category="analysis")
    made = make_habit(ada, skill)
    ran = run(ada, made)
    full = ada.get(f"/habits/{made['id']}/full")

    assert full["skill"] == {
        "id": skill["id"],
        "name": skill["name"],
        "category": "analysis",
        "is_active": True,
    }
    assert [each["id"] for each in full["recent_executions"]] == [ran["id"]]
    ada.patch(f"/skills/{skill['id']}", {"is_active": False})
    assert ada.get(f"/habits/{made['id']}")["skill"]["is_active"] is False


def test_hbit_04_habits_are_listed_filtered_and_paged(ada: Person) -> None:
    skill = make_skill(ada)
    made = [make_habit(ada, skill, is_active=bool(n)) for n in range(3)]
    newest = [each["id"] for each in reversed(made)]
    listed = ada.get("/habits", skill_id=skill["id"])

    assert ids(listed) == newest
    assert {each["skill"]["name"] for each in listed["data"]} == {skill["name"]}
    assert ids(ada.get("/habits", skill_id=skill["id"], is_active="true")) == newest[:2]
    page = ada.get("/habits", skill_id=skill["id"], page=2, page_size=2)
    assert (ids(page), page["total"]) == (newest[2:], 3)
    first = ada.get("/habits", skill_id=skill["id"], limit=1)
    rest = ada.get("/habits", skill_id=skill["id"], limit=2, cursor=first["next_cursor"])
    assert ids(first) + ids(rest) == newest


def test_hbit_05_a_changed_schedule_is_followed_at_once(ada: Person) -> None:
    made = make_habit(ada, schedule_description="Once", schedule_cron="* * * * *")
    path = f"/habits/{made['id']}"
    planned = ada.get(f"{path}/occurrences", state="planned")["data"]
    change = {"schedule_cron": "30 6 * * *", "timezone": "Asia/Tokyo", "config": {"name": "Eve"}}
    changed = ada.patch(path, {**change, "schedule_description": None})

    assert {name: changed[name] for name in change} == change
    assert [each["local"][11:16] for each in changed["next_runs"]] == ["06:30"] * 5
    assert ada.get(path) == changed
    assert made["next_run_at"] in {each["tick"] for each in planned}
    assert ada.get(f"{path}/occurrences", state="planned")["data"] == []
    assert run(ada, changed)["output"].endswith("Say hello to Eve now.")
    assert ada.refused("PATCH", path, {"schedule_cron": "never"})[1] == "habit.schedule_invalid"


def test_hbit_06_a_deleted_habit_is_gone_and_its_executions_stay(ada: Person) -> None:
    made = make_habit(ada)
    ran = run(ada, made)
    ada.delete(f"/habits/{made['id']}")

    assert ada.refused("GET", f"/habits/{made['id']}") == (404, "habit.not_found")
    assert made["id"] not in ids(ada.get("/habits", limit=100))
    assert ada.get(f"/executions/{ran['id']}")["status"] == "completed"


def test_hbit_07_a_habit_that_is_switched_off_has_no_next_run_until_it_is_on_again(
    ada: Person,
) -> None:
    path = f"/habits/{make_habit(ada)['id']}"
    off = ada.post(f"{path}/deactivate")
    assert (off["is_active"], off["next_run_at"], off["next_runs"]) == (False, None, [])
    assert ada.get(f"{path}/occurrences", state="planned")["data"] == []
    on = ada.post(f"{path}/activate")
    assert (on["is_active"], ada.get(path)["next_run_at"]) == (True, on["next_runs"][0]["utc"])
    assert [ada.post(f"{path}/toggle")["is_active"] for _ in range(2)] == [False, True]
    assert ada.get(path)["is_active"] is True


def test_hbit_08_a_habit_is_run_now_beside_its_schedule(ada: Person) -> None:
    skill = make_skill(ada)
    made = make_habit(ada, skill, is_active=False)
    ran = run(ada, made)

    assert (ran["status"], ran["execution_type"]) == ("completed", "habit")
    assert ids(ada.get(f"/habits/{made['id']}/executions")) == [ran["id"]]
    assert ids(ada.get(f"/habits/{made['id']}/executions", status="failed")) == []
    after = ada.get(f"/habits/{made['id']}")
    assert (after["run_count"], after["is_active"]) == (1, False)
    ada.patch(f"/skills/{skill['id']}", {"is_active": False})
    refusal = ada.refused("POST", f"/habits/{made['id']}/run-now")
    assert refusal == (409, "skill.inactive")


def test_hbit_09_failures_in_a_row_pause_a_habit_until_they_are_reset(ada: Person) -> None:
    made = make_habit(ada, make_failing_skill(ada), pause_after=2)
    path = f"/habits/{made['id']}"
    first = run(ada, made)
    once = ada.get(path)
    run(ada, made)
    paused = ada.get(path)

    assert (first["status"], once["consecutive_failures"], once["is_active"]) == ("failed", 1, True)
    assert once["last_error_message"] == first["error_message"]
    assert (paused["is_active"], paused["paused_because"]) == (False, "failures")
    assert paused["paused_at"] is not None
    reset = ada.post(f"{path}/reset-errors")
    assert (reset["is_active"], reset["consecutive_failures"]) == (True, 0)
    assert (reset["paused_at"], reset["last_error_message"]) == (None, None)
    assert ada.get(path)["next_run_at"] is not None


def test_hbit_10_the_statistics_of_one_habit_and_of_all(place_of_one: Person) -> None:
    bob = place_of_one
    good, bad = make_habit(bob), make_habit(bob, make_failing_skill(bob), pause_after=1)
    run(bob, good)
    run(bob, good)
    run(bob, bad)
    one, every = bob.get(f"/habits/{good['id']}/stats"), bob.get("/habits/stats")

    assert (one["run_count"], one["completed_runs"], one["success_rate"]) == (2, 2, 1.0)
    assert len(one["upcoming_runs"]) == 5
    assert one["upcoming_runs"][0]["utc"] == one["next_run_at"]
    assert (every["total_habits"], every["active_habits"], every["paused_habits"]) == (2, 1, 1)
    assert (every["total_runs"], every["completed_runs"], every["failed_runs"]) == (3, 2, 1)
    assert every["success_rate"] == pytest.approx(2 / 3, abs=0.001)
    assert every["failed_habits"] == 1


@pytest.fixture
def place_of_one(ada: Person) -> Person:
    """Somebody in whose organisation nothing has happened yet."""
    return ada.place.sign_up()


def test_hbit_11_an_expression_is_explained_with_its_next_runs_and_the_clocks_changes(
    ada: Person,
) -> None:
    body = {"expression": "30 2 * * *", "timezone": "Europe/Amsterdam", "count": 50}
    found = ada.post("/habits/validate-cron", body)
    runs = [parse_instant(each["utc"]) for each in found["next_runs"]]

    assert (found["valid"], found["error"], len(runs)) == (True, None, 50)
    assert "02:30" in found["description"]
    assert runs == sorted(set(runs))
    yearly = {"expression": "30 2 * 3,10 0", "timezone": "Europe/Amsterdam", "count": 20}
    clocks = ada.post("/habits/validate-cron", yearly)
    assert {each["change"] for each in clocks["dst"]} >= {"shifted"}
    for wrong, field in (
        ({"expression": "every day"}, "schedule_cron"),
        ({"expression": YEARLY, "timezone": "Mars/Olympus"}, "timezone"),
    ):
        refused = ada.post("/habits/validate-cron", wrong)
        assert (refused["valid"], refused["field"], refused["next_runs"]) == (False, field, [])
        assert refused["error"]
