"""Versions and labels of skills, and the models and keys that they run with."""

from playhead.automation.models import LOCAL_MODEL
from tests.automation.acceptance.making import PROMPT, make_skill
from tests.automation.acceptance.place import Json, Person

OTHER = "Say goodbye to {{ name }}."


def made_twice(ada: Person) -> Json:
    """Make a skill that has two versions."""
    skill = make_skill(ada)
    return ada.patch(f"/skills/{skill['id']}", {"prompt_template": OTHER, "note": "politer"})


def test_versions_never_change_and_any_of_them_can_be_run(ada: Person) -> None:
    skill = made_twice(ada)
    path = f"/skills/{skill['id']}"
    listed = ada.get(f"{path}/versions")["data"]

    assert [(each["version"], each["prompt_template"]) for each in listed] == [
        (2, OTHER),
        (1, PROMPT),
    ]
    assert listed[0]["note"] == "politer"
    assert ada.get(f"{path}/versions/1") == listed[1]
    assert ada.refused("GET", f"{path}/versions/3") == (404, "skill.version_not_found")
    body = {"input_data": {"name": "Eve"}, "version": 1}
    ran = ada.post(f"{path}/execute", body, wait=20)
    assert (ran["version"], ran["output"].endswith("Say hello to Eve now.")) == (1, True)


def test_an_earlier_version_is_restored_as_a_new_one(ada: Person) -> None:
    skill = made_twice(ada)
    back = ada.post(f"/skills/{skill['id']}/versions/1/restore")

    assert (back["version"], back["prompt_template"]) == (3, PROMPT)
    assert len(ada.get(f"/skills/{skill['id']}/versions")["data"]) == 3


def test_a_label_points_to_one_version_and_whoever_runs_by_it_runs_that(ada: Person) -> None:
    skill = made_twice(ada)
    path = f"/skills/{skill['id']}"
    body = {"input_data": {"name": "Eve"}, "label": "production"}
    made = ada.post(f"{path}/labels", {"label": "production", "version": 1}, status=201)
    first = ada.post(f"{path}/execute", body, wait=20)
    ada.post(f"{path}/labels", {"label": "production", "version": 2}, status=200)
    second = ada.post(f"{path}/execute", body, wait=20)

    assert made["version"] == 1
    assert (first["version"], second["version"]) == (1, 2)
    listed = ada.get(f"{path}/labels")["data"]
    assert [(each["label"], each["version"]) for each in listed] == [("production", 2)]
    ada.delete(f"{path}/labels/production")
    assert ada.get(f"{path}/labels")["data"] == []
    assert ada.refused("POST", f"{path}/execute", body) == (404, "skill.label_not_found")


def test_the_models_are_listed_with_their_prices_and_every_one_can_be_named(ada: Person) -> None:
    listed = ada.get("/models")["data"]
    names = [each["name"] for each in listed]
    claude = ada.get("/models", provider="anthropic")["data"]

    assert LOCAL_MODEL in names
    assert len(names) == len(set(names))
    assert {each["provider"] for each in claude} == {"anthropic"}
    assert make_skill(ada, model=claude[-1]["name"])["model"] == claude[-1]["name"]


def test_a_provider_key_is_kept_and_never_told(ada: Person) -> None:
    secret = "sk-secret-0123456789abcdef-tail"
    made = ada.post("/provider-keys", {"provider": "anthropic", "key": secret}, status=201)
    ada.post("/provider-keys", {"provider": "anthropic", "key": secret}, status=200)
    listed = ada.ask("GET", "/provider-keys")

    assert (made["provider"], made["hint"]) == ("anthropic", "tail")
    assert [each["provider"] for each in listed.json()["data"]] == ["anthropic"]
    assert secret not in listed.text
    ada.delete("/provider-keys/anthropic")
    assert ada.get("/provider-keys")["data"] == []


def test_without_the_providers_key_an_execution_fails_and_says_why(ada: Person) -> None:
    skill = make_skill(ada, model="gemini-2.5-flash")
    ran = ada.post(f"/skills/{skill['id']}/execute", {"input_data": {"name": "Eve"}}, wait=20)

    assert (ran["status"], ran["attempts"], ran["output"]) == ("failed", 1, "")
    assert ran["error_code"] == "provider_key.missing"
    assert ran["error_message"]
