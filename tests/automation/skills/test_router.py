"""Skills over HTTP: made, read, listed, changed, deleted."""

from typing import Any

import pytest

from playhead.base.ids import format_id, new_uuid
from playhead.kernel.identity import Role
from tests.automation.skills.stage import BODY, Stage, fault, on_stage
from tests.kernel.stage import NOW

UNKNOWN = format_id("skl", new_uuid(NOW))


def test_a_skill_is_made_with_what_is_left_out_filled_in(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        read = await stage.ask("GET", f"/skills/{skill['id']}")

        relations = {"habit_count": 0, "reflex_count": 0, "recent_executions": []}
        assert read.json() == skill | relations
        assert skill["version"] == 1
        assert skill["is_active"] is True
        assert (skill["category"], skill["output_format"]) == ("custom", "markdown")
        empty: dict[str, Any] = {"temperature": None, "top_p": None, "stop": []}
        assert skill["parameters"] == {"max_tokens": 4096} | empty
        assert skill["created_by"] == stage.caller.name
        assert (skill["execution_count"], skill["last_executed_at"]) == (0, None)

    on_stage(module_service_database_url, act)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"name": "x"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"prompt_template": "too short"}, "prompt_template"),
        ({"prompt_template": None}, "prompt_template"),
        ({"category": "other"}, "category"),
        ({"output_format": "xml"}, "output_format"),
        ({"parameters": {"temperature": 2.1}}, "parameters.temperature"),
        ({"parameters": {"max_tokens": 0}}, "parameters.max_tokens"),
        ({"parameters": {"top_k": 4}}, "parameters.top_k"),
        ({"parameters": {"stop": [""]}}, "parameters.stop"),
        ({"parameters": {"stop": ["\0"]}}, "parameters.stop"),
        ({"description": "\0"}, "description"),
        ({"is_active": "yes"}, "is_active"),
        ({"input_schema": 5}, "input_schema"),
        ({"input_schema": [{"name": "a", "type": "date"}]}, "input_schema"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_by_field(
    module_service_database_url: str, body: dict[str, Any], wanted: str
) -> None:
    async def act(stage: Stage) -> None:
        answer = await stage.ask("POST", "/skills", {**BODY, **body})

        assert fault(answer) == (422, "request.invalid", wanted)

    on_stage(module_service_database_url, act)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"model": "gpt-17-imaginary"}, "model.unknown", "model"),
        ({"prompt_template": "Hello {{ there }"}, "skill.template_invalid", "prompt_template"),
        ({"system_template": "{% if x %}"}, "skill.template_invalid", "system_template"),
        ({"prompt_template": "0123456789\0"}, "skill.template_invalid", "prompt_template"),
        ({"input_schema": {"type": "array"}}, "skill.schema_invalid", "input_schema"),
        (
            {"input_schema": {"properties": {"other": {}}}},
            "skill.template_invalid",
            "prompt_template",
        ),
    ],
)
def test_what_could_not_run_is_not_saved(
    module_service_database_url: str, body: dict[str, Any], code: str, field: str
) -> None:
    async def act(stage: Stage) -> None:
        answer = await stage.ask("POST", "/skills", {**BODY, **body})

        assert fault(answer) == (422, code, field)
        assert await stage.run("SELECT FROM skills") == []

    on_stage(module_service_database_url, act)


def test_a_template_is_refused_with_its_line(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        text = "First line\nsecond\n{{ name | shout }}"
        answer = await stage.ask("POST", "/skills", {**BODY, "prompt_template": text})

        assert answer.json()["error"]["details"]["line"] == 3

    on_stage(module_service_database_url, act)


def test_a_name_is_taken_whatever_its_capitals(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.made(name="Daily Digest")
        other = await stage.made(name="Other")
        again = await stage.ask("POST", "/skills", {**BODY, "name": "daily digest"})
        renamed = await stage.ask("PATCH", f"/skills/{other['id']}", {"name": "DAILY DIGEST"})
        own = await stage.ask("PATCH", f"/skills/{other['id']}", {"name": "OTHER"})

        assert fault(again) == fault(renamed) == (409, "skill.name_taken", "name")
        assert own.json()["name"] == "OTHER"

    on_stage(module_service_database_url, act)


def test_what_is_sent_changes_and_null_clears(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        schema = {"properties": {"text": {"type": "string"}}}
        skill = await stage.made(
            description="d",
            system_template="Be brief.",
            input_schema=schema,
            parameters={"temperature": 0.3, "max_tokens": 9},
        )
        path = f"/skills/{skill['id']}"
        changed = await stage.ask("PATCH", path, {"parameters": {"temperature": None}})
        cleared = await stage.ask(
            "PATCH", path, {"description": None, "system_template": None, "input_schema": None}
        )

        assert changed.json()["parameters"]["max_tokens"] == 9
        assert changed.json()["parameters"]["temperature"] is None
        assert changed.json()["description"] == "d"
        names = ("description", "system_template", "input_schema")
        assert [cleared.json()[name] for name in names] == [None] * 3
        assert cleared.json()["prompt_template"] == skill["prompt_template"]

    on_stage(module_service_database_url, act)


@pytest.mark.parametrize(
    "name", ["name", "category", "model", "is_active", "prompt_template", "output_format"]
)
def test_what_a_skill_must_have_cannot_be_cleared(
    module_service_database_url: str, name: str
) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        answer = await stage.ask("PATCH", f"/skills/{skill['id']}", {name: None})

        assert answer.status_code == 422

    on_stage(module_service_database_url, act)


def test_a_deleted_skill_takes_what_refers_to_it_along(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        await add_habit(stage)
        gone = await stage.ask("DELETE", f"/skills/{skill['id']}")
        again = await stage.ask("DELETE", f"/skills/{skill['id']}")

        assert gone.status_code == 204
        assert fault(again) == (404, "skill.not_found", None)
        assert await stage.run("SELECT FROM habits") == []
        assert await stage.run("SELECT FROM skill_versions") == []

    on_stage(module_service_database_url, act)


async def add_habit(stage: Stage) -> None:
    await stage.run(
        "INSERT INTO habits (habit_id, org_id, skill_id, schedule_cron, timezone, overlap, misfire,"
        " misfire_most, misfire_window, jitter, pause_after, planned_to, created_by, created_at,"
        " updated_at) SELECT gen_random_uuid(), org_id, skill_id, '0 9 * * 1', 'UTC', 'skip',"
        " 'skip', 1, 1, 0, 3, 1, 'usr', 1, 1 FROM skills WHERE name = 'Summary' RETURNING habit_id"
    )


async def add_execution(stage: Stage, status: str) -> None:
    await stage.run(
        "INSERT INTO executions (execution_id, org_id, skill_id, version, model, execution_type,"
        " status, input, at, created_by, created_at, job_id) SELECT gen_random_uuid(), org_id,"
        " skill_id, 1, 'm', 'manual', %(status)s, '{}', 1, 'usr', 5000000, gen_random_uuid()"
        " FROM skills WHERE name = 'Summary' RETURNING execution_id",
        status=status,
    )


def test_a_skill_shows_what_refers_to_it(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        await add_habit(stage)
        for status in ("completed", "failed", "completed"):
            await add_execution(stage, status)
        short = (await stage.ask("GET", f"/skills/{skill['id']}")).json()
        full = (await stage.ask("GET", f"/skills/{skill['id']}/full")).json()
        listed = (await stage.ask("GET", "/skills")).json()["data"][0]

        assert (short["habit_count"], short["reflex_count"]) == (1, 0)
        assert len(short["recent_executions"]) == 3
        assert (listed["execution_count"], full["execution_count"]) == (2, 2)
        assert listed["last_executed_at"] == "1970-01-01T00:00:05.000000Z"
        assert full["habits"][0]["schedule_cron"] == "0 9 * * 1"
        assert full["reflexes"] == []
        assert "habits" not in short

    on_stage(module_service_database_url, act)


def test_reading_and_changing_need_their_scopes(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        viewer = await stage.member(Role.VIEWER)
        read = await stage.ask("GET", f"/skills/{skill['id']}", caller=viewer)
        changes = [
            await stage.ask("POST", "/skills", BODY, caller=viewer),
            await stage.ask("PATCH", f"/skills/{skill['id']}", {"name": "Mine"}, caller=viewer),
            await stage.ask("DELETE", f"/skills/{skill['id']}", caller=viewer),
            await stage.ask("POST", "/skills/bulk/activate", {"skill_ids": []}, caller=viewer),
        ]

        assert read.status_code == 200
        assert {answer.status_code for answer in changes} == {403}

    on_stage(module_service_database_url, act)


def test_malformed_and_unknown_ids_are_told_apart(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        assert fault(await stage.ask("GET", "/skills/skl_1")) == (422, "id.invalid", "id")
        for path in (UNKNOWN, f"{UNKNOWN}/full", f"{UNKNOWN}/export", f"{UNKNOWN}/versions"):
            assert fault(await stage.ask("GET", f"/skills/{path}"))[:2] == (404, "skill.not_found")

    on_stage(module_service_database_url, act)


def test_what_is_done_is_in_the_audit_log_without_prompts(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        path = f"/skills/{skill['id']}"
        await stage.ask("PATCH", path, {"prompt_template": "Sum up well {{ text }}"})
        await stage.ask("POST", f"{path}/labels", {"label": "production", "version": 2})
        await stage.ask("DELETE", f"{path}/labels/production")
        await stage.ask("DELETE", path)
        log = await stage.log()

        assert [action for action, _ in log] == [
            "skill.created",
            "skill.updated",
            "skill.labelled",
            "skill.unlabelled",
            "skill.deleted",
        ]
        assert log[1][1] == {"name": "Summary", "version": 2}
        assert "Sum up" not in str(log)

    on_stage(module_service_database_url, act)


def test_models_are_listed_with_exact_prices_and_the_local_one_by_name(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        models = (await stage.ask("GET", "/models")).json()["data"]
        local = (await stage.ask("GET", "/models", provider="local")).json()["data"]
        sonnet = next(each for each in models if each["name"] == "claude-sonnet-4-6")

        assert [(each["name"], each["local"]) for each in local] == [("playhead-local-echo", True)]
        prices = sonnet["prices"][0]["dollars_per_million"]
        assert (prices["input"], prices["output"]) == ("3.00", "15.00")
        assert sonnet["local"] is False
        assert sonnet["provider"] == "anthropic"

    on_stage(module_service_database_url, act)
