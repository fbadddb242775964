"""Skills in lists, in bulk, as copies and as documents."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.automation.skills.bodies import ImportBody, NewSkillBody
from playhead.automation.skills.create import duplicate
from playhead.automation.skills.model import Skill
from playhead.automation.skills.schemas import export_view, skill_view
from playhead.base.ids import format_id, new_uuid, parse_id
from playhead.web.wire import encode
from tests.automation.skills.stage import LOCAL, Stage, fault, on_stage
from tests.kernel.stage import NOW


async def names(stage: Stage, **params: str) -> list[str]:
    answer = await stage.got("/skills", **params)
    return [each["name"] for each in answer.json()["data"]]


def test_lists_are_filtered_and_searched_by_what_is_typed(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        await stage.made(name="100% sure", category="analysis")
        await stage.made(name="snake_case", is_active=False)
        await stage.made(name="snakeXcase")
        await stage.made(name="Back\\slash")

        assert await names(stage, search="%") == ["100% sure"]
        assert await names(stage, search="_") == ["snake_case"]
        assert await names(stage, search="E_C") == ["snake_case"]
        assert await names(stage, search="\\") == ["Back\\slash"]
        assert await names(stage, search="SNAKE") == ["snakeXcase", "snake_case"]
        assert await names(stage, category="analysis") == ["100% sure"]
        assert await names(stage, is_active="false") == ["snake_case"]
        assert await names(stage, is_active="true", search="case") == ["snakeXcase"]

    on_stage(module_service_database_url, act)


def test_both_forms_of_paging_give_every_skill_once(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        for number in range(5):
            await stage.made(name=f"Skill {number}")
        seen, cursor = [], ""
        while cursor is not None:
            more = {"cursor": cursor} if cursor else {}
            page = (await stage.got("/skills", limit="2", **more)).json()
            seen += [each["name"] for each in page["data"]]
            cursor = page["next_cursor"]
        numbered = (await stage.ask("GET", "/skills", page="2", page_size="2")).json()
        mixed = await stage.ask("GET", "/skills", page="1", limit="2")
        filtered = await stage.ask("GET", "/skills", page="1", search="skill 1")

        assert seen == [f"Skill {number}" for number in (4, 3, 2, 1, 0)]
        assert [each["name"] for each in numbered.pop("data")] == ["Skill 2", "Skill 1"]
        assert numbered == {"total": 5, "page": 2, "page_size": 2, "has_more": True}
        assert fault(mixed) == (422, "paging.mixed", "limit")
        assert filtered.json()["total"] == 1

    on_stage(module_service_database_url, act)


def test_versions_are_paged_in_both_forms(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        path = f"/skills/{skill['id']}"
        for number in range(4):
            await stage.ask("PATCH", path, {"prompt_template": f"Prompt number {number}"})
        first = (await stage.ask("GET", f"{path}/versions", limit="3")).json()
        cursor = first["next_cursor"]
        second = (await stage.ask("GET", f"{path}/versions", limit="3", cursor=cursor)).json()
        numbered = (await stage.ask("GET", f"{path}/versions", page="2", page_size="3")).json()

        assert [each["version"] for each in first["data"] + second["data"]] == [5, 4, 3, 2, 1]
        assert [each["version"] for each in numbered["data"]] == [2, 1]
        assert numbered["total"] == 5

    on_stage(module_service_database_url, act)


def test_copies_are_named_apart(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made(description="d", category="analysis")
        path = f"/skills/{skill['id']}/duplicate"
        copies = [(await stage.ask("POST", path)).json() for _ in range(3)]
        long = await stage.made(name="n" * 100)
        shortened = (await stage.ask("POST", f"/skills/{long['id']}/duplicate")).json()

        told = [copy["name"] for copy in copies]
        assert told == ["Summary (copy)", "Summary (copy 2)", "Summary (copy 3)"]
        assert copies[0]["prompt_template"] == skill["prompt_template"]
        assert (copies[0]["description"], copies[0]["version"]) == ("d", 1)
        assert shortened["name"] == "n" * 93 + " (copy)"

    on_stage(module_service_database_url, act)


def test_bulk_tells_of_each_skill_what_became_of_it(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        one, two = await stage.made(name="one"), await stage.made(name="two", is_active=False)
        unknown = format_id("skl", new_uuid(NOW))
        ids = [one["id"], two["id"], unknown, one["id"]]
        off = await stage.ask("POST", "/skills/bulk/deactivate", {"skill_ids": ids})
        on = await stage.ask("POST", "/skills/bulk/activate", {"skill_ids": ids})
        gone = await stage.ask("POST", "/skills/bulk", {"skill_ids": ids, "action": "delete"})
        again = await stage.ask("DELETE", "/skills/bulk", {"skill_ids": ids})

        def outcomes(answer: Any) -> list[str]:
            return [each["outcome"] for each in answer.json()["results"]]

        assert outcomes(off) == ["deactivated", "unchanged", "not_found"]
        assert outcomes(on) == ["activated", "activated", "not_found"]
        assert outcomes(gone) == ["deleted", "deleted", "not_found"]
        assert outcomes(again) == ["not_found"] * 3
        assert [answer.json()["affected"] for answer in (off, on, gone, again)] == [1, 2, 2, 0]
        assert await names(stage) == []

    on_stage(module_service_database_url, act)


@pytest.mark.parametrize(
    "body",
    [
        {"skill_ids": []},
        {"skill_ids": ["skl_1"]},
        {"skill_ids": [format_id("skl", new_uuid(NOW))] * 101},
        {"skill_ids": [format_id("org", new_uuid(NOW))]},
    ],
    ids=["none", "malformed", "too many", "of another kind"],
)
def test_bulk_refuses_lists_that_make_no_sense(
    module_service_database_url: str, body: dict[str, Any]
) -> None:
    async def act(stage: Stage) -> None:
        answer = await stage.ask("POST", "/skills/bulk/activate", body)

        assert fault(answer) == (422, "request.invalid", "skill_ids")

    on_stage(module_service_database_url, act)


def test_an_exported_skill_is_imported_again_under_another_name(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made(
            description="d",
            input_schema=[{"name": "text", "required": True}],
            parameters={"temperature": 0.25},
        )
        document = (await stage.ask("GET", f"/skills/{skill['id']}/export")).json()
        again = (await stage.ask("POST", "/skills/import", document)).json()
        bare = (await stage.ask("POST", "/skills/import", document["skill"])).json()
        newer = await stage.ask("POST", "/skills/import", {**document, "version": "2.0"})

        assert document["version"] == "1.0"
        assert [again["name"], bare["name"]] == ["Summary (imported)", "Summary (imported 2)"]
        for name in document["skill"].keys() - {"name"}:
            assert again[name] == bare[name] == skill[name]
        assert newer.status_code == 422

    on_stage(module_service_database_url, act)


def test_the_eight_fields_of_the_reference_are_enough_to_import(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        fields = {
            "name": "Theirs",
            "description": None,
            "category": "generation",
            "prompt_template": "Write about {{topic}}",
            "model": LOCAL,
            "parameters": {"temperature": 1, "max_tokens": 4096},
            "input_schema": None,
            "output_format": "markdown",
        }
        made = await stage.ask("POST", "/skills/import", fields)

        assert made.status_code == 201
        assert made.json()["name"] == "Theirs"

    on_stage(module_service_database_url, act)


def test_copies_that_are_made_at_once_get_names_of_their_own(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        skill = await stage.made()
        skill_id = parse_id("skl", skill["id"], field="id")
        copies = await asyncio.gather(
            *(duplicate(stage.desk, stage.caller, skill_id, stage.clock()) for _ in range(4))
        )

        assert len({copy.facts.name.lower() for copy in copies}) == 4

    on_stage(module_service_database_url, act)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=2, max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.fixed_dictionaries(
    {
        "name": TEXTS.filter(lambda text: len(text.strip()) > 1),  # blanks around it are dropped
        "prompt_template": TEXTS.map(lambda text: text + "0123456789"),
    },
    optional={
        "description": st.none() | TEXTS,
        "category": st.sampled_from(["analysis", "custom", "automation"]),
        "system_template": st.none() | TEXTS,
        "parameters": st.fixed_dictionaries(
            {},
            optional={
                "max_tokens": st.integers(1, 1_000_000),
                "temperature": st.none() | st.decimals(0, 2, places=3).map(float),
                "stop": st.lists(TEXTS, max_size=4),
            },
        ),
        "input_schema": st.none() | st.dictionaries(TEXTS, JSON, max_size=3),
        "output_format": st.sampled_from(["json", "code", "text"]),
    },
)


@settings(max_examples=60, deadline=None)
@given(BODIES)
def test_what_is_exported_is_what_is_imported(body: dict[str, Any]) -> None:
    made = NewSkillBody.model_validate(body)
    skill = Skill(new_uuid(NOW), made.facts(), made.definition(), 1, "usr", NOW, NOW)
    document = json.loads(encode(export_view(skill)))
    back = ImportBody.model_validate(document)
    copy = Skill(skill.skill_id, back.facts(), back.definition(), 1, "usr", NOW, NOW)

    assert encode(skill_view(copy)) == encode(skill_view(skill))
