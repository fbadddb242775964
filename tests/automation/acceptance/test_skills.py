"""Skills, requirement by requirement: SKIL-01 to SKIL-14."""

from typing import Any

from playhead.automation.models import LOCAL_MODEL
from tests.automation.acceptance.making import (
    INPUT,
    PROMPT,
    execute,
    ids,
    make_failing_skill,
    make_habit,
    make_reflex,
    make_skill,
    some_name,
)
from tests.automation.acceptance.place import Json, Person

UNKNOWN = "skl_" + "0" * 26
WHOLE: Json = {
    "description": "Greets people.",
    "category": "communication",
    "prompt_template": PROMPT,
    "system_template": "Be brief, {{ name }}.",
    "model": LOCAL_MODEL,
    "parameters": {"max_tokens": 200, "temperature": 0.5, "top_p": None, "stop": ["END"]},
    "input_schema": INPUT,
    "output_format": "text",
}


def parts(skill: Json, like: Json) -> Json:
    """Return of a skill what ``like`` has."""
    return {name: skill[name] for name in like}


def test_skil_01_a_skill_is_created_with_all_that_is_sent_and_can_be_run(ada: Person) -> None:
    body = {"name": some_name(), **WHOLE}
    made = ada.post("/skills", body, status=201)

    assert parts(made, body) == body
    assert (made["version"], made["is_active"], made["execution_count"]) == (1, True, 0)
    assert parts(ada.get(f"/skills/{made['id']}"), body) == body
    ran = execute(ada, made, "Eve")
    assert (ran["status"], ran["error_code"]) == ("completed", None)
    assert ran["output"].endswith("Say hello to Eve now.")


def test_skil_01_what_cannot_run_is_refused_at_once_and_leaves_nothing(ada: Person) -> None:
    taken = make_skill(ada)
    body = {"name": some_name("refused"), **WHOLE}
    wrong: list[tuple[Json, tuple[int, str]]] = [
        ({"name": taken["name"].upper()}, (409, "skill.name_taken")),
        ({"model": "no-such-model"}, (422, "model.unknown")),
        ({"prompt_template": "Say hello to {{ name"}, (422, "skill.template_invalid")),
        ({"prompt_template": "Say {{ nothing_of_the_kind }}"}, (422, "skill.template_invalid")),
        ({"input_schema": {"type": "no type"}}, (422, "skill.schema_invalid")),
        ({"name": "x"}, (422, "request.invalid")),
        ({"prompt_template": "too short"}, (422, "request.invalid")),
    ]

    for change, refusal in wrong:
        assert ada.refused("POST", "/skills", {**body, **change}) == refusal, change
    assert ada.get("/skills", search="refused")["data"] == []


def test_skil_01_the_array_form_of_inputs_becomes_json_schema(ada: Person) -> None:
    fields = [{"name": "name", "type": "string", "required": True, "description": "Whom"}]
    made = make_skill(ada, input_schema=fields)

    assert made["input_schema"]["required"] == ["name"]
    refusal = ada.refused("POST", f"/skills/{made['id']}/execute", {"input_data": {}})
    assert refusal == (422, "skill.input_invalid")
    assert execute(ada, made)["status"] == "completed"


def test_skil_02_a_skill_is_read_and_one_that_is_not_there_is_404(ada: Person) -> None:
    made = make_skill(ada)

    assert parts(ada.get(f"/skills/{made['id']}"), made) == made
    assert ada.refused("GET", f"/skills/{UNKNOWN}") == (404, "skill.not_found")
    assert ada.refused("GET", "/skills/skl_nothing") == (422, "id.invalid")


def test_skil_03_a_skill_comes_with_its_habits_reflexes_and_newest_executions(ada: Person) -> None:
    skill = make_skill(ada)
    habit, reflex = make_habit(ada, skill), make_reflex(ada, skill)
    ran = execute(ada, skill)
    full = ada.get(f"/skills/{skill['id']}/full")

    assert [each["id"] for each in full["habits"]] == [habit["id"]]
    assert [each["id"] for each in full["reflexes"]] == [reflex["id"]]
    assert [(each["id"], each["status"]) for each in full["recent_executions"]] == [
        (ran["id"], "completed")
    ]
    short = ada.get(f"/skills/{skill['id']}")
    assert (short["habit_count"], short["reflex_count"], short["execution_count"]) == (1, 1, 1)
    assert short["recent_executions"] == full["recent_executions"]


def test_skil_04_skills_are_listed_filtered_and_paged(ada: Person) -> None:
    word = some_name("wanted")
    made = [make_skill(ada, name=f"{word} {n}", category="analysis") for n in range(3)]
    ada.patch(f"/skills/{made[0]['id']}", {"is_active": False})
    newest = [each["id"] for each in reversed(made)]

    assert ids(ada.get("/skills", search=word.upper())) == newest
    assert ids(ada.get("/skills", search=word, is_active="true")) == newest[:2]
    assert ids(ada.get("/skills", search=word, category="analysis")) == newest
    assert ids(ada.get("/skills", search=word, category="custom")) == []
    page = ada.get("/skills", search=word, page=2, page_size=2)
    assert (ids(page), page["total"], page["has_more"]) == (newest[2:], 3, False)
    first = ada.get("/skills", search=word, limit=2)
    rest = ada.get("/skills", search=word, limit=2, cursor=first["next_cursor"])
    assert (ids(first) + ids(rest), rest["has_more"]) == (newest, False)


def test_skil_05_a_change_of_what_a_skill_does_is_a_new_version_that_runs(ada: Person) -> None:
    skill = make_skill(ada, description="old")
    path = f"/skills/{skill['id']}"
    renamed = ada.patch(path, {"name": some_name(), "description": None})
    changed = ada.patch(path, {"prompt_template": "Say goodbye to {{ name }}.", "note": "why"})

    assert (renamed["version"], renamed["description"]) == (1, None)
    assert changed["version"] == 2
    assert parts(ada.get(path), changed) == changed
    ran = execute(ada, skill)
    assert (ran["version"], ran["output"].endswith("Say goodbye to Bob.")) == (2, True)
    assert ada.refused("PATCH", path, {"name": None}) == (422, "request.invalid")


def test_skil_06_a_skill_is_deleted_with_all_that_hangs_on_it(ada: Person) -> None:
    skill = make_skill(ada)
    habit, reflex, ran = make_habit(ada, skill), make_reflex(ada, skill), execute(ada, skill)
    ada.delete(f"/skills/{skill['id']}")

    gone = [f"/skills/{skill['id']}", f"/habits/{habit['id']}", f"/reflexes/{reflex['id']}"]
    for path in (*gone, f"/executions/{ran['id']}"):
        assert ada.refused("GET", path)[0] == 404, path
    assert skill["id"] not in ids(ada.get("/skills", limit=100))
    assert ada.refused("POST", f"/skills/{skill['id']}/execute", {})[0] == 404


def test_skil_07_a_copy_has_a_name_and_a_life_of_its_own(ada: Person) -> None:
    skill = make_skill(ada)
    first = ada.post(f"/skills/{skill['id']}/duplicate", status=201)
    second = ada.post(f"/skills/{skill['id']}/duplicate", status=201)

    assert [each["name"] for each in (first, second)] == [
        f"{skill['name']} (copy)",
        f"{skill['name']} (copy 2)",
    ]
    assert (first["prompt_template"], first["version"]) == (skill["prompt_template"], 1)
    ada.patch(f"/skills/{first['id']}", {"prompt_template": "Something else: {{ name }}"})
    assert ada.get(f"/skills/{skill['id']}")["prompt_template"] == PROMPT
    assert execute(ada, second)["output"].endswith("Say hello to Bob now.")


def test_skil_08_a_skill_is_run_and_its_result_is_had_at_once_later_or_as_it_comes(
    ada: Person,
) -> None:
    skill = make_skill(ada)
    path, body = f"/skills/{skill['id']}/execute", {"input_data": {"name": "Eve"}}
    waited = ada.post(path, body, wait=20)
    told = ada.ask("POST", path, body)
    streamed = ada.ask("POST", path, body, headers={"Accept": "text/event-stream"})

    assert (waited["status"], waited["input"]) == ("completed", {"name": "Eve"})
    assert (waited["tokens_used"], waited["cost_usd"]) == (29, "0.00")
    assert (told.status_code, told.json()["status"]) == (202, "pending")
    assert told.headers["Location"] == f"/api/v1/executions/{told.json()['execution_id']}"
    assert "event: finished" in streamed.text
    assert ada.get(f"/skills/{skill['id']}/executions", page=1)["total"] == 3
    ada.patch(f"/skills/{skill['id']}", {"is_active": False})
    assert ada.refused("POST", path, body) == (409, "skill.inactive")


def test_skil_08_the_same_request_again_runs_once(ada: Person) -> None:
    skill = make_skill(ada)
    path, body = f"/skills/{skill['id']}/execute", {"input_data": {"name": "Eve"}}
    key = {"Idempotency-Key": some_name("once")}
    answers = [ada.ask("POST", path, body, headers=key) for _ in range(2)]
    other = ada.ask("POST", path, {"input_data": {"name": "Bob"}}, headers=key)

    assert answers[0].json() == answers[1].json()
    assert other.status_code == 422
    assert len(ada.get(f"/skills/{skill['id']}/executions")["data"]) == 1


def test_skil_09_a_configuration_is_tried_without_being_saved(ada: Person) -> None:
    before = ada.get("/skills", page=1)["total"]
    body = {**WHOLE, "input_data": {"name": "Eve"}}
    for name in ("description", "category"):
        del body[name]
    tried = ada.post("/skills/test", body)

    assert (tried["status"], tried["execution_type"], tried["skill_id"]) == (
        "completed",
        "test",
        None,
    )
    assert "Say hello to Eve now." in tried["output"]
    assert ada.get("/skills", page=1)["total"] == before
    full = ada.get(f"/executions/{tried['id']}/full")
    assert full["config"]["prompt_template"] == PROMPT
    refusal = ada.refused("POST", "/skills/test", {**body, "input_data": {}})
    assert refusal == (422, "skill.input_invalid")


def test_skil_10_a_skill_is_tried_by_its_id_even_while_it_is_switched_off(ada: Person) -> None:
    skill = make_skill(ada, is_active=False)
    tried = ada.post(f"/skills/{skill['id']}/test", {"input_data": {"name": "Eve"}})

    assert (tried["status"], tried["execution_type"]) == ("completed", "test")
    assert tried["output"].endswith("Say hello to Eve now.")
    assert ada.refused("POST", f"/skills/{UNKNOWN}/test", {}) == (404, "skill.not_found")


def test_skil_11_the_statistics_of_a_skill_count_its_executions(ada: Person) -> None:
    skill, failing = make_skill(ada), make_failing_skill(ada)
    runs = [execute(ada, skill), execute(ada, skill), execute(ada, failing)]
    stats = ada.get(f"/skills/{skill['id']}/stats", days=1)
    failed = ada.get(f"/skills/{failing['id']}/stats")

    assert [each["status"] for each in runs] == ["completed", "completed", "failed"]
    assert (stats["total_executions"], stats["successful"], stats["success_rate"]) == (2, 2, 1.0)
    assert stats["total_tokens"] == runs[0]["tokens_used"] + runs[1]["tokens_used"]
    assert stats["avg_duration_ms"] is not None
    assert (failed["total_executions"], failed["failed"], failed["success_rate"]) == (1, 1, 0.0)


def test_skil_12_the_history_of_a_skill_is_listed_and_filtered(ada: Person) -> None:
    skill = make_skill(ada)
    runs = [execute(ada, skill)["id"] for _ in range(2)]
    trial = ada.post(f"/skills/{skill['id']}/test", {"input_data": {"name": "Eve"}})["id"]
    path = f"/skills/{skill['id']}/executions"

    assert ids(ada.get(path)) == [trial, runs[1], runs[0]]
    assert ids(ada.get(path, execution_type="test")) == [trial]
    assert ids(ada.get(path, status="failed")) == []
    page = ada.get(path, page=2, page_size=2)
    assert (ids(page), page["total"]) == ([runs[0]], 3)
    assert ada.refused("GET", f"/skills/{UNKNOWN}/executions")[0] == 404


def test_skil_13_many_skills_are_switched_and_deleted_at_once(ada: Person) -> None:
    made = [make_skill(ada)["id"] for _ in range(2)]
    some: Any = {"skill_ids": [*made, UNKNOWN]}
    off = ada.post("/skills/bulk/deactivate", some)
    assert (off["affected"], [each["outcome"] for each in off["results"]]) == (
        2,
        ["deactivated", "deactivated", "not_found"],
    )
    assert [ada.get(f"/skills/{each}")["is_active"] for each in made] == [False, False]
    on = ada.post("/skills/bulk/activate", {"skill_ids": made})
    assert (on["affected"], ada.get(f"/skills/{made[0]}")["is_active"]) == (2, True)
    again = ada.post("/skills/bulk", {"skill_ids": made, "action": "activate"})
    assert [each["outcome"] for each in again["results"]] == ["unchanged", "unchanged"]

    gone = ada.ask("DELETE", "/skills/bulk", some)
    assert (gone.status_code, gone.json()["affected"]) == (200, 2)
    assert [ada.refused("GET", f"/skills/{each}")[0] for each in made] == [404, 404]
    assert ada.refused("POST", "/skills/bulk", {"skill_ids": [], "action": "delete"})[0] == 422
    assert ada.refused("POST", "/skills/bulk", {"skill_ids": made, "action": "no"})[0] == 422


def test_skil_14_an_exported_skill_comes_back_and_is_renamed_where_its_name_is_taken(
    ada: Person,
) -> None:
    skill = make_skill(ada, **WHOLE)
    document = ada.get(f"/skills/{skill['id']}/export")
    renamed = ada.post("/skills/import", document, status=201)
    ada.delete(f"/skills/{skill['id']}")
    back = ada.post("/skills/import", document["skill"], status=201)

    assert document["version"] == "1.0"
    assert parts(document["skill"], WHOLE) == WHOLE
    assert (renamed["name"], back["name"]) == (f"{skill['name']} (imported)", skill["name"])
    assert parts(back, WHOLE) == WHOLE
    assert execute(ada, back)["status"] == "completed"
    assert ada.refused("POST", "/skills/import", {**document, "version": "9"})[0] == 422
