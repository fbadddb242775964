"""What a key may do in automation, route by route: its scopes, and nothing beside them."""

import asyncio

import pytest

from tests.entrypoints.whole import Json, Whole, bearer, whole

PREFIXES = tuple(
    f"/api/v1/{each}" for each in ("skills", "habits", "reflexes", "executions", "models")
)
READING_POSTS = {
    ("POST", "/api/v1/habits/validate-cron"),
    ("POST", "/api/v1/reflexes/{id}/rehearse"),
}
SCOPES = ("automation:read", "automation:write", "history:read", "admin")
IDS = {"skills": "skl", "habits": "hab", "reflexes": "rfx", "executions": "exe"}
Answers = dict[tuple[str, str, str], int]


@pytest.fixture(scope="module")
def answers(
    module_service_database_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Answers:
    """What every operation of automation answers to a key of each scope."""
    home = tmp_path_factory.mktemp("home")

    async def walk() -> Answers:
        async with whole(module_service_database_url, valkey_url, home) as api:
            owner = bearer((await api.sign_up("scopes@example.org"))["access_token"])
            keys = {scope: await _key(api, owner, scope) for scope in SCOPES}
            return {
                (scope, method, path): await _status(api, method, path, key)
                for method, path in sorted(_operations(api.app.openapi()))
                for scope, key in keys.items()
            }

    return asyncio.run(walk())


async def _key(api: Whole, owner: dict[str, str], scope: str) -> dict[str, str]:
    body = {"name": scope, "scopes": [scope]}
    answer = await api.client.post("/api/v1/api-keys", json=body, headers=owner)
    assert answer.status_code == 201, answer.text
    return bearer(answer.json()["key"])


def _operations(document: Json) -> set[tuple[str, str]]:
    return {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith((*PREFIXES, "/api/v1/provider-keys"))
    }


async def _status(api: Whole, method: str, path: str, key: dict[str, str]) -> int:
    prefix = IDS.get(path.split("/")[3], "skl")
    filled = path
    for name in ("id", "skill_id", "habit_id", "reflex_id", "execution_id"):
        filled = filled.replace(f"{{{name}}}", f"{prefix}_01980000-0000-7000-8000-000000000000")
    filled = filled.replace("{provider}", "openai").replace("{number}", "1")
    filled = filled.replace("{label}", "a")
    return (await api.client.request(method, filled, headers=key)).status_code


def _changes(method: str, path: str) -> bool:
    return method != "GET" and (method, path) not in READING_POSTS


def test_who_may_read_changes_nothing(answers: Answers) -> None:
    let_in = [
        (method, path)
        for (scope, method, path), status in answers.items()
        if scope == "automation:read" and _changes(method, path) and status != 403
    ]
    assert let_in == []


def test_who_may_read_reads_everything_but_provider_keys(answers: Answers) -> None:
    kept_out = [
        (method, path)
        for (scope, method, path), status in answers.items()
        if scope == "automation:read" and not _changes(method, path) and status == 403
    ]
    assert kept_out == [("GET", "/api/v1/provider-keys")]


def test_who_may_change_needs_no_other_scope_for_it(answers: Answers) -> None:
    kept_out = [
        (method, path)
        for (scope, method, path), status in answers.items()
        if scope == "automation:write" and _changes(method, path) and status == 403
        if not path.startswith("/api/v1/provider-keys")
    ]
    assert kept_out == []


@pytest.mark.parametrize("scope", ["history:read", "admin"])
def test_other_scopes_see_and_change_nothing(answers: Answers, scope: str) -> None:
    let_in = [
        (method, path)
        for (each, method, path), status in answers.items()
        if each == scope and path.startswith(PREFIXES) and status != 403
    ]
    assert let_in == []


def test_provider_keys_are_for_administrators(answers: Answers) -> None:
    statuses = {
        (scope, method): status
        for (scope, method, path), status in answers.items()
        if path.startswith("/api/v1/provider-keys")
    }
    assert {scope for (scope, _), status in statuses.items() if status != 403} == {"admin"}
