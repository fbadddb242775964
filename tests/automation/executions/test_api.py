"""The endpoints of executions, with a worker behind them."""

import asyncio
import csv
import io
import json
from typing import Any
from uuid import UUID

import pytest

from playhead.automation.executions import ExecutionType
from playhead.automation.executions.watch import Mark, watch
from playhead.base.ids import new_uuid
from playhead.kernel.identity import Role
from tests.automation.executions.asking import Client, caller_in, exe, skl
from tests.automation.executions.stage import LOCAL, GateModel, Stage, now, working
from tests.kernel.asking import code
from tests.kernel.stage import make_organisation

pytestmark = pytest.mark.anyio

WORD: dict[str, Any] = {"input_data": {"word": "hello"}}
EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture
def client(stage: Stage) -> Client:
    return Client.on(stage)


def parsed(text: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the events of a stream: name, id, data."""
    events = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in lines:
            events.append((lines["event"], lines["id"], json.loads(lines["data"])))
    return events


async def test_executing_answers_at_once_and_says_where_to_look(client: Client) -> None:
    skill = await client.stage.skill()

    answer = await client.ask("POST", f"/skills/{skl(skill)}/execute", WORD)

    assert answer.status_code == 202
    started = answer.json()
    assert started["status"] == "pending"
    assert answer.headers["Location"] == f"/api/v1/executions/{started['execution_id']}"
    found = await client.get(f"/executions/{started['execution_id']}")
    assert (found["status"], found["execution_type"]) == ("pending", "manual")
    assert found["skill"]["id"] == skl(skill)
    assert found["input"] == {"word": "hello"}


async def test_with_wait_the_answer_is_the_finished_execution(client: Client) -> None:
    skill = await client.stage.skill()
    async with working(client.stage):
        answer = await client.ask("POST", f"/skills/{skl(skill)}/execute", WORD, wait=10)

    assert answer.status_code == 200
    found = answer.json()
    assert found["status"] == "completed"
    assert "Say hello again." in found["output"]
    assert found["output_length"] == len(found["output"])
    assert found["tokens_used"] == found["prompt_tokens"] + found["completion_tokens"]
    assert (found["cost_usd"], found["credits_charged"]) == ("0.00", 1)
    assert found["duration_ms"] >= 0


async def test_a_wait_that_is_too_short_answers_where_to_look(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playhead.automation.executions.dependencies.LONGEST_WAIT", 0.05)
    skill = await client.stage.skill()

    answer = await client.ask("POST", f"/skills/{skl(skill)}/execute", WORD, wait=1)

    assert (answer.status_code, answer.json()["status"]) == (202, "pending")


async def test_a_key_is_told_from_a_person(client: Client) -> None:
    skill = await client.stage.skill()
    key = caller_in(client.stage.org_id)
    client.caller = type(key)(
        None, key.org_id, None, key.scopes, None, UUID(int=9), "free", "127.0.0.1", "req_test"
    )

    answer = await client.ask("POST", f"/skills/{skl(skill)}/execute", WORD)

    found = await client.get(f"/executions/{answer.json()['execution_id']}")
    assert found["execution_type"] == "api"
    assert found["created_by"].startswith("key_")


async def test_what_cannot_be_executed_says_why(client: Client) -> None:
    asleep = await client.stage.skill(is_active=False)
    other = await make_organisation(client.stage.tenants)
    theirs = await Stage.on(client.stage.database, other).skill()
    asked = {
        skl(asleep): WORD,
        skl(theirs): WORD,
        skl(await client.stage.skill()): {"input_data": {}},
        "skl_nonsense": WORD,
        skl(await client.stage.skill(versions=1)): WORD | {"version": 2},
        skl(await client.stage.skill()): WORD | {"version": 1, "label": "x"},
    }

    told = [
        code(await client.ask("POST", f"/skills/{name}/execute", body))
        for name, body in asked.items()
    ]

    assert told == [
        (409, "skill.inactive"),
        (404, "skill.not_found"),
        (422, "skill.input_invalid"),
        (422, "id.invalid"),
        (404, "skill.version_not_found"),
        (422, "request.invalid"),
    ]


async def test_an_instant_that_has_not_come_yet_cannot_be_looked_at(client: Client) -> None:
    skill = await client.stage.skill()
    asked = {**WORD, "at": "2200-01-01T00:00:00Z"}

    refused = await client.ask("POST", f"/skills/{skl(skill)}/execute", asked)

    assert code(refused) == (422, "execution.at_in_future")
    assert refused.json()["error"]["field"] == "at"


async def test_who_only_reads_cannot_execute(client: Client) -> None:
    skill = await client.stage.skill()
    client.caller = caller_in(client.stage.org_id, Role.VIEWER)

    assert code(await client.ask("POST", f"/skills/{skl(skill)}/execute", WORD))[0] == 403
    assert (await client.ask("GET", "/executions")).status_code == 200


async def test_a_configuration_and_a_sleeping_skill_can_be_tried(client: Client) -> None:
    asleep = await client.stage.skill(is_active=False)
    body = {"prompt_template": "Say {{ word }} again.", "model": LOCAL, **WORD}
    async with working(client.stage):
        by_config = await client.ask("POST", "/skills/test", body)
        by_id = await client.ask("POST", f"/skills/{skl(asleep)}/test", WORD)

    assert [by_config.status_code, by_id.status_code] == [200, 200]
    assert by_config.json()["skill"] is None
    assert by_config.json()["output"] == by_id.json()["output"]
    assert by_id.json()["execution_type"] == "test"
    full = await client.get(f"/executions/{by_config.json()['id']}/full")
    assert full["config"]["prompt_template"] == body["prompt_template"]


async def test_the_input_of_a_configuration_may_be_a_list_of_fields(client: Client) -> None:
    fields = [{"name": "word", "type": "string", "required": True}]
    body = {"prompt_template": "Say {{ word }} again.", "model": LOCAL, "input_schema": fields}

    right = await client.ask("POST", "/skills/test", body | WORD, wait=0)
    wrong = await client.ask("POST", "/skills/test", body, wait=0)

    assert (right.status_code, code(wrong)) == (202, (422, "skill.input_invalid"))


async def test_a_configuration_that_is_wrong_is_refused(client: Client) -> None:
    body = {"prompt_template": "Say {{ word }} again.", "model": LOCAL, **WORD}
    asked: list[dict[str, Any]] = [
        body | {"prompt_template": "Say {{ word again."},
        body | {"model": "who-knows"},
        body | {"input_schema": {"type": "nonsense"}},
        body | {"parameters": {"temperature": 3}},
        body | {"else": 1},
    ]

    told = [code(await client.ask("POST", "/skills/test", each)) for each in asked]

    assert told == [
        (422, "skill.template_invalid"),
        (422, "model.unknown"),
        (422, "skill.schema_invalid"),
        (422, "request.invalid"),
        (422, "request.invalid"),
    ]


async def test_lists_are_filtered_and_paged_both_ways(client: Client) -> None:
    stage = client.stage
    one, two, habit = await stage.skill(), await stage.skill(), new_uuid(now())
    ids = [await stage.start(one) for _ in range(3)]
    ids += [await stage.start(two, type=ExecutionType.HABIT, reference_id=habit)]
    await stage.cancel(ids[0])

    page = await client.get("/executions", limit=3)
    rest = await client.get("/executions", limit=3, cursor=page["next_cursor"])
    numbered = await client.get("/executions", page=2, page_size=3)

    assert [row["id"] for row in page["data"] + rest["data"]] == [exe(x) for x in ids[::-1]]
    assert (numbered["total"], len(numbered["data"]), numbered["has_more"]) == (4, 1, False)
    assert [row["id"] for row in numbered["data"]] == [exe(ids[0])]
    for chosen, expected in (
        ({"skill_id": skl(two)}, ids[3:]),
        ({"status": "cancelled"}, ids[:1]),
        ({"execution_type": "habit"}, ids[3:]),
        ({"reference_id": "hab_" + exe(habit)[4:]}, ids[3:]),
        ({"date_to": "2020-01-01T00:00:00Z"}, []),
        ({"date_from": "2020-01-01T00:00:00Z", "status": "cancelled"}, ids[:1]),
    ):
        found = await client.get("/executions", **chosen)
        assert [row["id"] for row in found["data"]] == [exe(x) for x in expected]
    of_skill = await client.get(f"/skills/{skl(two)}/executions")
    assert [row["id"] for row in of_skill["data"]] == [exe(ids[3])]


@pytest.mark.parametrize(
    "asked",
    [
        {"date_from": "2026-01-02T00:00:00Z", "date_to": "2026-01-01T00:00:00Z"},
        {"date_from": "yesterday"},
        {"skill_id": "skl_x"},
        {"reference_id": "exe_00000000000000000000000000"},
        {"status": "done"},
        {"limit": 5, "page": 1},
        {"cursor": "nonsense"},
    ],
    ids=lambda asked: ",".join(asked),
)
async def test_what_is_no_question_is_refused(client: Client, asked: dict[str, object]) -> None:
    assert (await client.ask("GET", "/executions", None, None, **asked)).status_code == 422


async def test_recent_and_running_are_the_newest_and_the_unfinished(client: Client) -> None:
    stage, skill = client.stage, await client.stage.skill()
    ids = [await stage.start(skill) for _ in range(3)]
    await stage.cancel(ids[2])

    recent = await client.get("/executions/recent", limit=2)
    running = await client.get("/executions/running")

    assert [row["id"] for row in recent["data"]] == [exe(ids[2]), exe(ids[1])]
    assert [row["id"] for row in running["data"]] == [exe(ids[1]), exe(ids[0])]


async def test_cancel_and_retry_know_what_has_ended(client: Client) -> None:
    stage, skill = client.stage, await client.stage.skill(versions=2)
    execution_id = await stage.start(skill, version=1)
    path = f"/executions/{exe(execution_id)}"

    assert code(await client.ask("POST", f"{path}/retry")) == (409, "execution.cannot_retry")
    cancelled = await client.ask("POST", f"{path}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert code(await client.ask("POST", f"{path}/cancel")) == (409, "execution.cannot_cancel")
    again = await client.ask("POST", f"{path}/retry")
    assert again.status_code == 202
    assert again.json()["retry_of"] == exe(execution_id)
    found = await client.get(f"/executions/{again.json()['execution_id']}")
    assert (found["version"], found["retry_of"]) == (1, exe(execution_id))
    assert again.headers["Location"].endswith(found["id"])


async def test_a_running_one_is_asked_to_end(client: Client) -> None:
    stage = client.stage
    stage.models.instead = GateModel()
    execution_id = await stage.start(await stage.skill())
    async with working(stage):
        await stage.until_output(execution_id)
        answer = await client.ask("POST", f"/executions/{exe(execution_id)}/cancel")
        whole = await stage.until_final(execution_id, 2)

    assert answer.status_code in {200, 202}
    assert whole.execution.status == "cancelled"
    assert whole.execution.output == "one "


async def test_events_tell_what_is_said_as_it_is_said(client: Client) -> None:
    stage = client.stage
    model = stage.models.instead = GateModel()
    execution_id = await stage.start(await stage.skill())
    told = ""
    async with working(stage), asyncio.timeout(8):
        async for part in watch(stage.reader, stage.org_id, execution_id, Mark()):
            told += part.decode()
            if "one " in told:
                model.gate.set()

    events = parsed(told)
    assert [name for name, _, _ in events] == ["started", "output", "output", "finished"]
    assert [data for _, _, data in events[1:3]] == [
        {"offset": 0, "text": "one "},
        {"offset": 4, "text": "two"},
    ]
    assert events[-1][2]["status"] == "completed"


async def test_events_can_be_had_afterwards_and_be_taken_up_where_they_ended(
    client: Client,
) -> None:
    stage = client.stage
    model = stage.models.instead = GateModel()
    model.gate.set()
    execution_id = await stage.start(await stage.skill())
    await stage.run(execution_id)
    path = f"/executions/{exe(execution_id)}/stream"

    answer = await client.ask("GET", path)

    assert answer.headers["content-type"].startswith("text/event-stream")
    told = parsed(answer.text)
    assert [name for name, _, _ in told] == ["started", "output", "finished"]
    resumed = parsed((await client.ask("GET", path, None, {"Last-Event-ID": "1-4"})).text)
    assert resumed == [("output", "1-7", {"offset": 4, "text": "two"}), told[-1]]
    at_end = parsed((await client.ask("GET", path, None, {"Last-Event-ID": told[-2][1]})).text)
    assert at_end == told[-1:]
    broken = await client.ask("GET", path, None, {"Last-Event-ID": "x"})
    assert broken.status_code == 422


async def test_a_new_attempt_begins_the_output_anew(client: Client) -> None:
    stage = client.stage
    model = stage.models.instead = GateModel()
    model.gate.set()
    execution_id = await stage.start(await stage.skill())
    await stage.run(execution_id)

    answer = await client.ask(
        "GET", f"/executions/{exe(execution_id)}/stream", None, {"Last-Event-ID": "7-3"}
    )

    told = parsed(answer.text)
    assert [(name, mark) for name, mark, _ in told] == [
        ("started", "1-0"),
        ("output", "1-7"),
        ("finished", "1-7"),
    ]


async def test_executing_can_answer_with_events(client: Client) -> None:
    skill = await client.stage.skill()
    async with working(client.stage):
        answer = await client.ask("POST", f"/skills/{skl(skill)}/execute", WORD, EVENTS)

    told = parsed(answer.text)
    assert (told[0][0], told[-1][0], told[-1][2]["status"]) == ("started", "finished", "completed")
    assert "Say hello again." in "".join(data.get("text", "") for _, _, data in told)


async def test_no_other_tenant_sees_or_touches_anything(client: Client) -> None:
    stage = client.stage
    execution_id = await stage.start(await stage.skill())
    stranger = client.of(await make_organisation(stage.tenants))
    path = f"/executions/{exe(execution_id)}"

    asked = [("GET", ""), ("GET", "/full"), ("GET", "/stream"), ("POST", "/cancel")]
    told = [code(await stranger.ask(verb, path + tail)) for verb, tail in asked]
    told.append(code(await stranger.ask("POST", f"{path}/retry")))

    assert set(told) == {(404, "execution.not_found")}
    assert (await stranger.get("/executions"))["data"] == []
    assert (await stranger.get("/executions/stats"))["total_executions"] == 0
    exported = await stranger.ask("GET", "/executions/export", format="json")
    assert exported.json() == []
    cleaned = await stranger.ask("POST", "/executions/cleanup", {"older_than_days": 1})
    assert cleaned.json()["deleted"] == 0


async def test_files_have_every_execution_in_all_three_forms(client: Client) -> None:
    stage, skill = client.stage, await client.stage.skill()
    ids = [exe(await stage.start(skill)) for _ in range(45)][::-1]

    table = await client.ask("GET", "/executions/export")
    lines = await client.ask("GET", "/executions/export", format="ndjson")
    array = await client.ask("GET", "/executions/export", format="json")

    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["id"] for row in rows] == ids
    assert [json.loads(line)["id"] for line in lines.text.splitlines()] == ids
    assert [row["id"] for row in array.json()] == ids
    assert table.headers["content-disposition"] == 'attachment; filename="executions.csv"'
    assert rows[0]["status"] == "pending"


async def test_files_have_whole_outputs_and_lists_their_beginnings(client: Client) -> None:
    stage, whole = client.stage, "word " * 300
    execution_id = await stage.start(await stage.skill())
    async with stage.tenants.transaction(stage.tenant) as tx:
        await tx.execute(
            "UPDATE executions SET output = %(whole)s, output_length = length(%(whole)s::text)"
            " WHERE execution_id = %(id)s",
            whole=whole,
            id=execution_id,
        )

    (written,) = (await client.ask("GET", "/executions/export", format="json")).json()
    (listed,) = (await client.get("/executions"))["data"]

    assert written["output"] == whole
    assert listed["output"] == whole[:1000]
    assert written["output_length"] == listed["output_length"] == len(whole)


async def test_a_table_holds_no_formulas(client: Client) -> None:
    stage = client.stage
    execution_id = await stage.start(await stage.skill())
    async with stage.tenants.transaction(stage.tenant) as tx:
        await tx.execute(
            "UPDATE executions SET output = '=1+1' WHERE execution_id = %(id)s", id=execution_id
        )

    table = await client.ask("GET", "/executions/export")

    (row,) = csv.DictReader(io.StringIO(table.text))
    assert row["output"] == "'=1+1"


@pytest.mark.parametrize("verb", ["POST", "DELETE"])
async def test_old_ones_are_counted_then_forgotten(client: Client, verb: str) -> None:
    stage, skill = client.stage, await client.stage.skill()
    old, young, running = [await stage.start(skill) for _ in range(3)]
    await stage.cancel(old)
    await stage.cancel(young)
    async with stage.tenants.transaction(stage.tenant) as tx:
        await tx.execute("UPDATE executions SET ended_at = 1 WHERE execution_id = %(id)s", id=old)

    async def clean_up(*, dry_run: bool) -> Any:
        told = {"older_than_days": 30, "dry_run": dry_run}
        if verb == "POST":
            return (await client.ask(verb, "/executions/cleanup", told)).json()
        asked = {**told, "dry_run": str(dry_run).lower()}
        return (await client.ask(verb, "/executions/cleanup", None, None, **asked)).json()

    assert await clean_up(dry_run=True) == {"deleted": 1, "dry_run": True}
    assert await clean_up(dry_run=False) == {"deleted": 1, "dry_run": False}
    assert await clean_up(dry_run=False) == {"deleted": 0, "dry_run": False}
    left = await client.get("/executions")
    assert {row["id"] for row in left["data"]} == {exe(young), exe(running)}


async def test_a_stream_shows_that_it_lives_and_is_not_held_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playhead.automation.executions.watch.SECONDS_BETWEEN_SIGNS", 0.01)
    monkeypatch.setattr("playhead.automation.executions.watch.MOST_SECONDS", 0.1)
    execution_id = await client.stage.start(await client.stage.skill())

    answer = await client.ask("GET", f"/executions/{exe(execution_id)}/stream")

    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.text.startswith("retry: 1000\n\n: alive\n\n")
    assert parsed(answer.text) == []


async def test_where_too_many_watch_an_execution_starts_all_the_same(client: Client) -> None:
    skill = skl(await client.stage.skill())
    client.desk.app.state.executions.watchers._taken = 10**6

    answer = await client.ask("POST", f"/skills/{skill}/execute", WORD, EVENTS)

    assert answer.status_code == 202
    path = f"/executions/{answer.json()['execution_id']}"
    assert (await client.get(path))["status"] == "pending"
    assert code(await client.ask("GET", f"{path}/stream")) == (429, "stream.too_many")


async def test_what_was_tried_without_being_saved_can_be_retried(client: Client) -> None:
    body = {"prompt_template": "Say {{ word }} again.", "model": LOCAL, **WORD}
    first = (await client.ask("POST", "/skills/test", body, None, wait=0)).json()["execution_id"]
    await client.ask("POST", f"/executions/{first}/cancel")

    again = await client.ask("POST", f"/executions/{first}/retry")

    found = await client.get(f"/executions/{again.json()['execution_id']}/full")
    assert (found["retry_of"], found["execution_type"]) == (first, "test")
    assert found["config"]["prompt_template"] == body["prompt_template"]
