"""Executions, requirement by requirement: EXEC-01 to EXEC-05; and all else that is told of them."""

import csv
import io
import json
from itertools import pairwise

import pytest

from playhead.base.time import parse_instant
from tests.automation.acceptance.making import (
    DAY,
    call,
    ended,
    execute,
    executed_before,
    ids,
    make_failing_skill,
    make_habit,
    make_reflex,
    make_skill,
)
from tests.automation.acceptance.place import Json, Person

UNKNOWN = "exe_" + "0" * 26


@pytest.fixture
def bob(ada: Person) -> Person:
    """Somebody in whose organisation nothing has happened yet."""
    return ada.place.sign_up()


def test_exec_01_executions_are_listed_filtered_and_paged(bob: Person) -> None:
    skill, failing = make_skill(bob), make_failing_skill(bob)
    habit = make_habit(bob, skill)
    first = execute(bob, skill)
    second = ended(bob, bob.post(f"/habits/{habit['id']}/run-now", status=202)["execution_id"])
    third = execute(bob, failing)
    newest = [third["id"], second["id"], first["id"]]

    assert ids(bob.get("/executions")) == newest
    assert ids(bob.get("/executions", skill_id=skill["id"])) == newest[1:]
    assert ids(bob.get("/executions", status="failed")) == newest[:1]
    assert ids(bob.get("/executions", execution_type="habit")) == newest[1:2]
    assert ids(bob.get("/executions", reference_id=habit["id"])) == newest[1:2]
    assert ids(bob.get("/executions", date_from=third["created_at"])) == newest[:1]
    assert ids(bob.get("/executions", date_to=second["created_at"])) == newest[2:]
    page = bob.get("/executions", page=2, page_size=2)
    assert (ids(page), page["total"], page["has_more"]) == (newest[2:], 3, False)
    part = bob.get("/executions", limit=2)
    assert ids(bob.get("/executions", limit=2, cursor=part["next_cursor"])) == newest[2:]
    assert [each["skill"]["name"] for each in page["data"]] == [skill["name"]]


def test_exec_02_an_execution_is_told_with_input_output_tokens_cost_and_times(ada: Person) -> None:
    skill = make_skill(ada)
    ran = execute(ada, skill, "Eve")
    found = ada.get(f"/executions/{ran['id']}")
    times = [parse_instant(found[n]) for n in ("created_at", "started_at", "completed_at")]

    assert found == ran
    assert (found["input"], found["version"], found["attempts"]) == ({"name": "Eve"}, 1, 1)
    assert found["usage"] == {
        "input": 6,
        "cached_input": 0,
        "cache_write": 0,
        "output": 23,
        "reasoning": 0,
        "is_complete": True,
    }
    assert (found["cost_usd"], found["credits_charged"]) == ("0.00", 0)
    assert all(before <= after for before, after in pairwise(times))
    assert 0 <= found["time_to_first_token_ms"] <= found["duration_ms"]
    full = ada.get(f"/executions/{ran['id']}/full")
    assert (full["config"]["prompt_template"], full["trigger"]) == (skill["prompt_template"], {})
    assert full["job_id"].startswith("job_")
    assert ada.refused("GET", f"/executions/{UNKNOWN}") == (404, "execution.not_found")


def test_exec_02_why_an_execution_ran_is_told_with_it(ada: Person) -> None:
    event = call(ada, make_reflex(ada), {"who": "Eve", "order": 7})
    full = ada.get(f"/executions/{event['execution_id']}/full")

    assert (full["execution_type"], full["reference_id"]) == ("reflex", event["reflex_id"])
    assert full["trigger"]["event"] == {"who": "Eve", "order": 7}


def test_exec_04_the_statistics_by_skill_have_the_busiest_first(bob: Person) -> None:
    skill, failing = make_skill(bob), make_failing_skill(bob)
    runs = [execute(bob, skill), execute(bob, skill)]
    execute(bob, failing)
    rows = bob.get("/executions/stats/by-skill", days=1)["data"]

    told = [(each["skill_id"], each["successful"], each["failed"]) for each in rows]
    assert told == [(skill["id"], 2, 0), (failing["id"], 0, 1)]
    assert rows[0]["total_tokens"] == sum(each["tokens_used"] for each in runs)
    assert [each["success_rate"] for each in rows] == [1.0, 0.0]
    assert len(bob.get("/executions/stats/by-skill", limit=1)["data"]) == 1


def test_exec_05_the_statistics_by_period_have_the_empty_ones_too(bob: Person) -> None:
    skill = make_skill(bob)
    execute(bob, skill)
    executed_before(bob, skill, 3)
    days = bob.get("/executions/stats/by-period", days=7)
    weeks = bob.get("/executions/stats/by-period", days=30, granularity="week")
    months = bob.get("/executions/stats/by-period", days=90, granularity="month")

    counts = [each["total_executions"] for each in days["data"]]
    assert (len(counts), counts[-1], counts[-4], sum(counts)) == (8, 1, 1, 2)
    starts = [parse_instant(each["period"]) for each in days["data"]]
    assert {b - a for a, b in pairwise(starts)} == {DAY}
    assert [sum(e["successful"] for e in each["data"]) for each in (weeks, months)] == [2, 2]
    refusal = bob.refused("GET", "/executions/stats/by-period", granularity="year")
    assert refusal == (422, "request.invalid")


def test_the_totals_and_the_numbers_by_type_and_status_agree(bob: Person) -> None:
    skill = make_skill(bob)
    runs = [execute(bob, skill), execute(bob, make_failing_skill(bob))]
    totals = bob.get("/executions/stats", days=1)
    types = bob.get("/executions/stats/by-type")["data"]
    statuses = bob.get("/executions/stats/by-status")["data"]

    assert (totals["total_executions"], totals["successful"], totals["failed"]) == (2, 1, 1)
    assert (totals["success_rate"], totals["total_tokens"]) == (0.5, runs[0]["tokens_used"])
    told = {each["execution_type"]: each["total_executions"] for each in types}
    assert told == {"manual": 2, "habit": 0, "reflex": 0, "api": 0, "test": 0}
    counted = {each["status"]: each["total_executions"] for each in statuses}
    assert counted == {"pending": 0, "running": 0, "completed": 1, "failed": 1, "cancelled": 0}
    assert bob.refused("GET", "/executions/stats", days=366) == (422, "request.invalid")


def test_the_costs_are_told_by_skill_and_model_and_add_up(bob: Person) -> None:
    ran = execute(bob, skill := make_skill(bob))
    costs = bob.get("/executions/cost-breakdown")

    (line,) = costs["data"]
    assert (line["skill_id"], line["model"], line["executions"]) == (skill["id"], ran["model"], 1)
    assert line["input_tokens"] + line["output_tokens"] == ran["tokens_used"]
    assert costs["total_cost_usd"] == line["cost_usd"] == "0.00"


def test_the_speeds_are_told_as_percentiles_and_by_hour(bob: Person) -> None:
    ran = execute(bob, make_skill(bob))
    told = bob.get("/executions/performance", days=1)

    spread = dict.fromkeys(("avg_ms", "p50_ms", "p90_ms", "p99_ms"), ran["duration_ms"])
    assert (told["executions"], told["duration"]) == (1, spread)
    assert [each["hour"] for each in told["by_hour"]] == list(range(24))
    assert sum(each["executions"] for each in told["by_hour"]) == 1


def test_the_newest_and_the_unfinished_are_listed(bob: Person) -> None:
    runs = [execute(bob, make_skill(bob))["id"] for _ in range(3)]

    assert ids(bob.get("/executions/recent", limit=2)) == [runs[2], runs[1]]
    assert bob.get("/executions/running") == {"data": []}


def test_an_execution_that_failed_is_tried_again_as_a_new_one(ada: Person) -> None:
    failed = execute(ada, make_failing_skill(ada))
    told = ada.post(f"/executions/{failed['id']}/retry", status=202)
    again = ended(ada, told["execution_id"])

    assert (told["retry_of"], told["status"]) == (failed["id"], "pending")
    assert (again["retry_of"], again["status"], again["at"]) == (
        failed["id"],
        "failed",
        failed["at"],
    )
    assert ada.get(f"/executions/{failed['id']}") == failed
    done = execute(ada, make_skill(ada))
    refusal = ada.refused("POST", f"/executions/{done['id']}/retry")
    assert refusal == (409, "execution.cannot_retry")


def test_an_execution_is_watched_by_events_from_any_place_of_it(ada: Person) -> None:
    ran = execute(ada, make_skill(ada))
    path = f"/executions/{ran['id']}/stream"
    told = events_of(ada.ask("GET", path).text)
    text = "".join(data["text"] for name, _, data in told if name == "output")

    assert (told[0][0], told[-1][0], text) == ("started", "finished", ran["output"])
    assert told[-1][2]["status"] == "completed"
    rest = ada.ask("GET", path, headers={"Last-Event-ID": "1-10"}).text
    added = [data for name, _, data in events_of(rest) if name == "output"]
    assert (added[0]["offset"], added[0]["text"]) == (10, ran["output"][10:])


def events_of(stream: str) -> list[tuple[str, str, Json]]:
    """Return server-sent events: their names, ids and data."""
    found = []
    for block in stream.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in fields:
            found.append((fields["event"], fields["id"], json.loads(fields["data"])))
    return found


def test_executions_are_written_as_files_with_their_whole_outputs(bob: Person) -> None:
    runs = [execute(bob, make_skill(bob)), execute(bob, make_skill(bob))]
    tables = bob.ask("GET", "/executions/export")
    rows = list(csv.DictReader(io.StringIO(tables.text)))
    lists = bob.ask("GET", "/executions/export", format="json")
    lines = bob.ask("GET", "/executions/export", format="ndjson")

    newest = [each["id"] for each in reversed(runs)]
    assert tables.headers["content-type"].startswith("text/csv")
    assert [each["id"] for each in rows] == newest
    assert rows[0]["output"] == f"{runs[1]['output']}"
    assert [each["id"] for each in lists.json()] == newest
    assert [json.loads(line)["id"] for line in lines.text.splitlines()] == newest
    assert bob.refused("GET", "/executions/export", format="xml") == (422, "request.invalid")


def test_old_executions_are_counted_and_forgotten(bob: Person) -> None:
    skill = make_skill(bob)
    kept = execute(bob, skill)
    old = [executed_before(bob, skill, days)["id"] for days in (40, 100)]
    counted = bob.post("/executions/cleanup", {"older_than_days": 30, "dry_run": True})
    assert (counted, len(ids(bob.get("/executions")))) == ({"deleted": 2, "dry_run": True}, 3)

    gone = bob.ask("DELETE", "/executions/cleanup", older_than_days=90)
    assert (gone.status_code, gone.json()["deleted"]) == (200, 1)
    assert ids(bob.get("/executions")) == [kept["id"], old[0]]
    assert bob.post("/executions/cleanup", {"older_than_days": 30})["deleted"] == 1
    assert bob.refused("GET", f"/executions/{old[0]}") == (404, "execution.not_found")
