"""Versions of skills: numbered, never changed; labels that point to them."""

import asyncio
from typing import Any

import pytest

from playhead.automation.skills import (
    LabelNotFound,
    SkillNotFound,
    SkillVersion,
    VersionNotFound,
    Wanted,
    find_version,
    find_versions,
)
from playhead.automation.skills.change import change
from playhead.automation.skills.model import Definition, Facts
from playhead.base.ids import new_uuid, parse_id
from playhead.storage.postgres import Transaction
from tests.automation.skills.stage import Stage, fault, on_stage
from tests.kernel.stage import NOW, caller_for, make_member


def test_only_what_a_skill_does_makes_a_version(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        path = f"/skills/{skill['id']}"
        same: list[dict[str, Any]] = [
            {"name": "Other"},
            {"description": "d"},
            {"category": "analysis"},
            {"is_active": False},
            {"model": skill["model"], "parameters": {"max_tokens": 4096}},
            {},
        ]
        other: list[dict[str, Any]] = [
            {"prompt_template": "Sum up well {{ text }}"},
            {"system_template": "Be brief."},
            {"model": "claude-sonnet-4-6"},
            {"parameters": {"temperature": 0.5}},
            {"input_schema": {"properties": {"text": {"default": 1}}}},
            {"input_schema": {"properties": {"text": {"default": True}}}},
            {"output_format": "json"},
        ]
        kept = [(await stage.ask("PATCH", path, body)).json()["version"] for body in same]
        made = [(await stage.ask("PATCH", path, body)).json()["version"] for body in other]

        assert kept == [1] * len(same)
        assert made == [2, 3, 4, 5, 6, 7, 8]

    on_stage(module_service_database_url, act)


def test_a_version_stays_as_it_was_and_can_be_restored(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made(note="the first")
        path = f"/skills/{skill['id']}"
        await stage.ask("PATCH", path, {"prompt_template": "Other than before", "note": "shorter"})
        first = (await stage.ask("GET", f"{path}/versions/1")).json()
        restored = (await stage.ask("POST", f"{path}/versions/1/restore")).json()
        again = (await stage.ask("POST", f"{path}/versions/3/restore")).json()
        page = (await stage.ask("GET", f"{path}/versions")).json()

        assert first["prompt_template"] == skill["prompt_template"]
        assert (restored["version"], restored["prompt_template"]) == (3, skill["prompt_template"])
        assert again["version"] == 3
        told = [(each["version"], each["note"]) for each in page["data"]]
        assert told == [(3, "version 1 again"), (2, "shorter"), (1, "the first")]
        missing = await stage.ask("GET", f"{path}/versions/4")
        assert fault(missing) == (404, "skill.version_not_found", None)

    on_stage(module_service_database_url, act)


def test_nobody_can_rewrite_a_version(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        await stage.made()
        for statement in (
            "UPDATE skill_versions SET model = 'x' RETURNING 1",
            "DELETE FROM skill_versions RETURNING 1",
        ):
            with pytest.raises(Exception, match="permission denied"):
                await stage.run(statement)

    on_stage(module_service_database_url, act)


def test_versions_are_numbered_without_gaps_by_concurrent_changes(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        skill_id = parse_id("skl", skill["id"], field="id")

        async def write(number: int) -> int:
            def edit(facts: Facts, definition: Definition) -> tuple[Facts, Definition]:
                return facts, Definition(
                    prompt_template=f"Prompt number {number}", model=definition.model
                )

            changed = await change(stage.desk, stage.caller, skill_id, edit, stage.clock())
            return changed.version

        numbers = await asyncio.gather(*map(write, range(12)))
        rows = await stage.run(
            "SELECT version, prompt_template AS p FROM skill_versions ORDER BY 1"
        )

        assert sorted(numbers) == list(range(2, 14))
        assert [row.version for row in rows] == list(range(1, 14))
        texts = {row.version: row.p for row in rows}
        assert all(texts[v] == f"Prompt number {n}" for n, v in enumerate(numbers))

    on_stage(module_service_database_url, act)


def test_a_label_points_to_one_version_at_a_time(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        path = f"/skills/{skill['id']}"
        await stage.ask("PATCH", path, {"output_format": "json"})
        made = await stage.ask("POST", f"{path}/labels", {"label": "production", "version": 1})
        moved = await stage.ask("POST", f"{path}/labels", {"label": "production", "version": 2})
        beyond = await stage.ask("POST", f"{path}/labels", {"label": "production", "version": 3})
        listed = (await stage.ask("GET", f"{path}/labels")).json()["data"]
        second = (await stage.ask("GET", f"{path}/versions/2")).json()
        gone = await stage.ask("DELETE", f"{path}/labels/production")
        missing = await stage.ask("DELETE", f"{path}/labels/production")

        assert (made.status_code, moved.status_code) == (201, 200)
        assert fault(beyond) == (404, "skill.version_not_found", None)
        assert [(each["label"], each["version"]) for each in listed] == [("production", 2)]
        assert second["labels"] == ["production"]
        assert gone.status_code == 204
        assert fault(missing) == (404, "skill.label_not_found", None)

    on_stage(module_service_database_url, act)


class Counting:
    """A transaction that counts its statements."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.statements = 0

    async def fetch_all(self, query: str, **parameters: object) -> list[Any]:
        self.statements += 1
        return await self._transaction.fetch_all(query, **parameters)

    async def send(self, query: str, **parameters: object) -> None:
        self.statements += 1
        await self._transaction.send(query, **parameters)


def test_many_versions_are_found_by_two_statements(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made(parameters={"temperature": 0.7, "stop": ["END"]})
        path, skill_id = f"/skills/{skill['id']}", parse_id("skl", skill["id"], field="id")
        await stage.ask("PATCH", path, {"output_format": "json", "is_active": False})
        await stage.ask("POST", f"{path}/labels", {"label": "production", "version": 1})
        unknown = new_uuid(NOW)
        wanted = [
            Wanted(skill_id),
            Wanted(skill_id, version=1),
            Wanted(skill_id, label="production"),
            Wanted(skill_id, version=3),
            Wanted(skill_id, label="staging"),
            Wanted(unknown, version=1),
            Wanted(skill_id, version=2**40),
            Wanted(skill_id, label="\0"),
        ]
        async with stage.tenants.transaction(stage.caller.tenant) as transaction:
            counting: Any = Counting(transaction)
            found = await find_versions(counting, wanted)
            none = await find_versions(counting, [])

        assert (counting.statements, none) == (4, [])
        versions = [each.version for each in found if isinstance(each, SkillVersion)]
        kinds = [type(each) for each in found if not isinstance(each, SkillVersion)]
        assert versions == [2, 1, 1]
        assert kinds[:4] == [VersionNotFound, LabelNotFound, SkillNotFound, VersionNotFound]
        assert kinds[4:] == [LabelNotFound]
        assert isinstance(found[1], SkillVersion)
        assert (found[1].is_active, str(found[1].parameters.temperature)) == (False, "0.7")
        assert found[1].parameters.stop == ("END",)

    on_stage(module_service_database_url, act)


def test_nothing_of_a_skill_is_found_by_another_tenant(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        path, skill_id = f"/skills/{skill['id']}", parse_id("skl", skill["id"], field="id")
        stranger = caller_for(await make_member(stage.tenants))
        asked: list[tuple[str, str, Any]] = [
            ("GET", path, None),
            ("GET", f"{path}/full", None),
            ("GET", f"{path}/export", None),
            ("GET", f"{path}/versions", None),
            ("GET", f"{path}/versions/1", None),
            ("GET", f"{path}/labels", None),
            ("PATCH", path, {"name": "Mine"}),
            ("POST", f"{path}/duplicate", None),
            ("POST", f"{path}/versions/1/restore", None),
            ("POST", f"{path}/labels", {"label": "a", "version": 1}),
            ("DELETE", f"{path}/labels/a", None),
            ("DELETE", path, None),
        ]
        answers = [await stage.ask(*each, caller=stranger) for each in asked]
        bulk = await stage.ask(
            "DELETE", "/skills/bulk", {"skill_ids": [skill["id"]]}, caller=stranger
        )
        listed = await stage.ask("GET", "/skills", caller=stranger)
        same_name = await stage.ask(
            "POST", "/skills", {"name": "Summary", "prompt_template": "0123456789"}, caller=stranger
        )
        with pytest.raises(SkillNotFound):
            async with stage.tenants.transaction(stranger.tenant) as transaction:
                await find_version(transaction, skill_id)

        assert {fault(answer)[:2] for answer in answers} == {(404, "skill.not_found")}
        assert bulk.json()["results"][0]["outcome"] == "not_found"
        assert listed.json()["data"] == []
        assert same_name.status_code == 201
        assert (await stage.ask("GET", path)).json()["name"] == "Summary"

    on_stage(module_service_database_url, act)
