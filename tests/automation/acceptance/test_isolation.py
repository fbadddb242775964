"""What is another organisation's is not there: on every path with an id, and in every list."""

from typing import Any

import pytest

from tests.automation.acceptance.making import (
    call,
    ended,
    executed_before,
    make_habit,
    make_reflex,
    make_skill,
)
from tests.automation.acceptance.place import Json, Person
from tests.automation.acceptance.table import OPERATIONS, Operation

MINUTE_BODY: Json = {"schedule_cron": "0 0 1 1 *"}
BODIES: dict[str, Json] = {
    "PATCH /skills/{id}": {"name": "Mine now"},
    "POST /skills/{id}/execute": {"input_data": {"name": "Eve"}},
    "POST /skills/{id}/test": {"input_data": {"name": "Eve"}},
    "POST /skills/{id}/labels": {"label": "production", "version": 1},
    "PATCH /habits/{id}": MINUTE_BODY,
    "PATCH /reflexes/{id}": {"name": "Mine now"},
    "POST /reflexes/{id}/test": {"event_data": {"who": "Eve"}},
    "POST /reflexes/{id}/events": {"event": {"who": "Eve"}},
    "POST /reflexes/{id}/rehearse": {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"},
}
WITH_IDS = [
    each
    for each in OPERATIONS
    if "{id}" in each.path and not each.path.startswith(("/webhooks", "/provider-keys"))
]
LISTS = ("/skills", "/habits", "/reflexes", "/executions")


class Scene:
    """One thing of each kind, with all that can be read of it, and somebody from elsewhere."""

    def __init__(self, owner: Person) -> None:
        self.owner = owner
        self.skill = make_skill(owner)
        owner.post(
            f"/skills/{self.skill['id']}/labels", {"label": "stable", "version": 1}, status=201
        )
        self.habit = make_habit(owner, self.skill)
        self.reflex = make_reflex(owner, self.skill)
        event = call(owner, self.reflex, {"who": "Eve"})
        self.execution = ended(owner, event["execution_id"])
        executed_before(owner, self.skill, 40)
        key = {"provider": "anthropic", "key": "sk-secret-0123456789abcdef-tail"}
        owner.post("/provider-keys", key, status=201)
        self.ids = {
            "skills": self.skill["id"],
            "habits": self.habit["id"],
            "reflexes": self.reflex["id"],
            "executions": self.execution["id"],
        }

    def state(self) -> list[Any]:
        """Return all that could have been changed."""
        paths = [f"/{kind}/{id}/full" for kind, id in self.ids.items()]
        paths += [f"/skills/{self.skill['id']}/{part}" for part in ("versions", "labels")]
        paths += [f"/reflexes/{self.reflex['id']}/events", "/provider-keys", *LISTS]
        return [self.owner.get(path) for path in paths]

    def path(self, operation: Operation) -> str:
        """Return the path of an operation on what is here."""
        kind = operation.path.split("/")[1]
        path = operation.path.replace("{id}", self.ids[kind])
        return path.replace("{number}", "1").replace("{label}", "stable")


@pytest.fixture(scope="module")
def scene(ada: Person) -> Scene:
    """What belongs to Ada."""
    return Scene(ada)


@pytest.fixture(scope="module")
def mallory(ada: Person) -> Person:
    """Who owns another organisation."""
    return ada.place.sign_up()


def test_every_path_with_an_id_answers_another_organisation_as_if_it_were_not_there(
    scene: Scene, mallory: Person
) -> None:
    before = scene.state()
    answers = {
        f"{each.method} {each.path}": mallory.refused(
            each.method, scene.path(each), BODIES.get(f"{each.method} {each.path}")
        )
        for each in WITH_IDS
    }

    kinds = {"skills": "skill", "habits": "habit", "reflexes": "reflex", "executions": "execution"}
    expected = {
        f"{each.method} {each.path}": (404, f"{kinds[each.path.split('/')[1]]}.not_found")
        for each in WITH_IDS
    }
    assert len(WITH_IDS) > 45
    assert answers == expected
    assert scene.state() == before


def test_another_organisations_things_are_in_no_list_and_in_no_number(
    scene: Scene, mallory: Person
) -> None:
    for path in LISTS:
        page = mallory.get(path, page=1)
        assert (page["data"], page["total"]) == ([], 0), path
    filters = [
        ("/habits", {"skill_id": scene.skill["id"]}),
        ("/reflexes", {"skill_id": scene.skill["id"]}),
        ("/executions", {"skill_id": scene.skill["id"]}),
        ("/executions", {"reference_id": scene.reflex["id"]}),
    ]
    for path, chosen in filters:
        assert mallory.get(path, **chosen)["data"] == [], path
    totals = [mallory.get(f"/{kind}/stats") for kind in ("habits", "reflexes", "executions")]
    assert [totals[0]["total_habits"], totals[1]["total_reflexes"]] == [0, 0]
    assert totals[2]["total_executions"] == 0
    for path in ("recent", "running", "cost-breakdown", "stats/by-skill"):
        assert mallory.get(f"/executions/{path}")["data"] == [], path
    assert mallory.ask("GET", "/executions/export", format="json").json() == []
    assert mallory.get("/executions/performance")["executions"] == 0
    assert mallory.get("/provider-keys")["data"] == []


def test_another_organisations_skill_is_run_by_nobody_and_changed_by_no_bulk(
    scene: Scene, mallory: Person
) -> None:
    skill_id = scene.skill["id"]
    habit = {"skill_id": skill_id, "schedule_cron": "0 0 1 1 *", "config": {"name": "Eve"}}
    reflex = {"skill_id": skill_id, "trigger_type": "api_call"}
    refusals = [
        mallory.refused("POST", "/habits", habit),
        mallory.refused("POST", "/reflexes", reflex),
    ]
    bulk = mallory.post("/skills/bulk", {"skill_ids": [skill_id], "action": "delete"})
    before = scene.owner.get("/executions", page=1)["total"]
    forgotten = mallory.post("/executions/cleanup", {"older_than_days": 1})

    assert refusals == [(404, "skill.not_found")] * 2
    assert [each["outcome"] for each in bulk["results"]] == ["not_found"]
    assert forgotten["deleted"] == 0
    assert scene.owner.get(f"/skills/{skill_id}")["is_active"] is True
    assert scene.owner.get("/executions", page=1)["total"] == before


def test_whoever_may_only_read_changes_nothing(scene: Scene) -> None:
    body = {"name": "Reader", "scopes": ["automation:read"]}
    key = scene.owner.post("/api-keys", body, status=201)
    reader = Person(scene.owner.place, scene.owner.org_id, key["key"])
    before = scene.state()

    assert reader.get(f"/skills/{scene.skill['id']}")["id"] == scene.skill["id"]
    # Rehearsals and looks at schedules change nothing.
    harmless = {"POST /reflexes/{id}/rehearse", "POST /habits/validate-cron"}
    for each in WITH_IDS:
        name = f"{each.method} {each.path}"
        if each.method != "GET" and name not in harmless:
            refusal = reader.refused(each.method, scene.path(each), BODIES.get(name))
            assert refusal == (403, "auth.scope_missing"), name
    assert scene.state() == before
