"""Every route, walked: those that ask who comes, and the few that do not."""

import asyncio
from pathlib import Path

import httpx2
import pytest

from playhead.base.ids import new_uuid
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.auth.signing import AccessTokens, KeyRing, SigningPolicy
from tests.entrypoints.whole import Json, Whole, bearer, now, whole

PUBLIC = {
    ("GET", "/health"),
    ("GET", "/health/ready"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/api/v1/coverage"),
    ("GET", "/api/v1/audits"),
    ("GET", "/api/v1/audits/rates"),
    ("GET", "/api/v1/audits/{id}"),
    ("GET", "/api/v1/incidents"),
    ("POST", "/api/v1/api-keys/report-leak"),
    ("POST", "/api/v1/auth/signup"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/logout"),
    ("GET", "/api/v1/auth/oauth/{provider}"),
    ("POST", "/api/v1/auth/oauth/callback"),
    ("POST", "/api/v1/auth/password/forgot"),
    ("POST", "/api/v1/auth/password/reset"),
    ("POST", "/api/v1/auth/email/verify"),
    ("POST", "/api/v1/webhooks/reflexes/{id}"),
}
UNDOCUMENTED_PUBLIC = {"/docs", "/openapi.json", "/status"}
BAD = {
    "none": {},
    "empty": {"Authorization": ""},
    "no scheme": {"Authorization": "ph_live_abc"},
    "basic": {"Authorization": "Basic YWRhOnB3"},
    "empty token": {"Authorization": "Bearer "},
    "not a token": {"Authorization": "Bearer x.y.z"},
    "mistyped key": {"Authorization": "Bearer ph_live_" + "0" * 49},
    "empty key": {"X-API-Key": ""},
    "mistyped X-API-Key": {"X-API-Key": "ph_live_nothing"},
    "two that differ": {"Authorization": "Bearer x.y.z", "X-API-Key": "ph_live_nothing"},
}

Answered = list[tuple[str, str, str, httpx2.Response]]
Walk = tuple[Json, Answered, set[str]]


@pytest.fixture(scope="module")
def document(
    module_service_database_url: str, valkey_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Walk:
    """The document, what every guarded operation answers to every bad credential, and the paths."""
    home = tmp_path_factory.mktemp("home")

    async def walk() -> Walk:
        async with whole(module_service_database_url, valkey_url, home) as api:
            document = api.app.openapi()
            bad = {**BAD, "expired token": bearer(await expired_token(api))}
            answers = [
                (method, path, name, await ask(api, method, path, number, headers))
                for method, path in operations(document) - PUBLIC
                for number, (name, headers) in enumerate(bad.items())
            ]
            return document, answers, {str(getattr(each, "path", "")) for each in api.app.routes}

    return asyncio.run(walk())


async def expired_token(api: Whole) -> str:
    """Return an access token of ours that ran out an hour ago."""
    ring = api.kernel.auth.keys
    assert isinstance(ring, KeyRing)
    before = Micros(now() - 2 * 3600 * MICROS_PER_SECOND)
    tokens = AccessTokens(
        ring, issuer="http://127.0.0.1:8000", now=lambda: before, policy=SigningPolicy()
    )
    issued = await tokens.issue(new_uuid(before), new_uuid(before), None, until=now())
    return issued.text


def operations(document: Json) -> set[tuple[str, str]]:
    return {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }


async def ask(
    api: Whole, method: str, path: str, number: int, headers: dict[str, str]
) -> httpx2.Response:
    # Each from an address of its own: who guesses often is slowed down, which is tried elsewhere.
    filled = path.replace("{", "").replace("}", "")
    client = httpx2.ASGITransport(app=api.app, client=(f"10.0.{hash(path) % 250}.{number}", 1))
    async with httpx2.AsyncClient(transport=client, base_url="http://localhost") as asking:
        return await asking.request(method, filled, headers=headers)


def test_expired_malformed_empty_and_non_bearer_tokens_are_401_on_every_protected_route(
    document: Walk,
) -> None:
    _, answers, _ = document
    let_in = {
        (method, path, name, answer.status_code)
        for method, path, name, answer in answers
        if answer.status_code != 401
    }

    assert len(answers) > 100
    assert not let_in


def test_an_expired_token_is_told_from_a_wrong_one_everywhere(document: Walk) -> None:
    codes = {
        name: {answer.json()["error"]["code"] for _, _, each, answer in document[1] if each == name}
        for name in ("expired token", "not a token")
    }

    assert codes == {"expired token": {"auth.token_expired"}, "not a token": {"auth.token_invalid"}}


def test_each_401_says_how_to_come_in(document: Walk) -> None:
    for _, _, _, answer in document[1]:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["error"]["code"].startswith("auth.")


def test_the_document_declares_security_for_all_but_the_public_operations(document: Walk) -> None:
    declared, _, _ = document
    open_ = {
        (method.upper(), path)
        for path, methods in declared["paths"].items()
        for method, operation in methods.items()
        if not operation.get("security")
    }

    assert open_ == PUBLIC


def test_only_the_known_pages_are_outside_of_the_document(document: Walk) -> None:
    declared, _, paths = document
    documented = set(declared["paths"])

    assert {path for path in paths if path} - documented <= UNDOCUMENTED_PUBLIC


def test_a_key_opens_the_history_and_a_token_opens_it_too(
    service_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async def both() -> list[int]:
        async with whole(service_database_url, valkey_url, tmp_path) as api:
            new = await api.sign_up("ada@example.org")
            credentials = [
                bearer(new["access_token"]),
                bearer(new["api_key"]),
                {"X-API-Key": new["api_key"]},
            ]
            return [
                (await api.client.get("/api/v1/markets", headers=each)).status_code
                for each in credentials
            ]

    assert asyncio.run(both()) == [200, 200, 200]
