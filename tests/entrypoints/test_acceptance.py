"""What two earlier systems promised of sign-in and isolation, and how it is here.

Each test bears the words of one point. They go through the whole API, over a real database as the
role that serves requests; where a provider signs people in, it is a scripted one on a real socket.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from playhead.base.ids import new_uuid
from playhead.kernel.auth import FlowStart
from playhead.kernel.identity import Role
from playhead.storage.postgres import Database
from playhead.storage.tenants import NOBODY, Tenant, Tenants
from tests.entrypoints.whole import PASSWORD, Whole, bearer, now, whole
from tests.kernel.oidc.issuer import RunningIssuer, running_issuer
from tests.kernel.oidc.issuer.state import ADMIN_CLIENT, AUDIENCE, CLIENT, ORG_CLAIM, User
from tests.kernel.oidc.stage import REDIRECT, log_in

Scene = Callable[[Whole], Awaitable[None]]
Play = Callable[[Scene], None]
PERSON = {"password": PASSWORD, "first_name": "Ada", "last_name": "Lovelace"}
AUTH = "/api/v1/auth"


def somebody() -> str:
    return f"{secrets.token_hex(8)}@example.org"


@pytest.fixture
def play(module_service_database_url: str, valkey_url: str, tmp_path: Path) -> Play:
    """Plays a scene with the whole API."""

    def run(scene: Scene) -> None:
        async def within() -> None:
            async with whole(module_service_database_url, valkey_url, tmp_path) as api:
                await scene(api)

        asyncio.run(within())

    return run


@asynccontextmanager
async def with_provider(
    service_url: str, valkey_url: str, home: Path
) -> AsyncIterator[tuple[Whole, RunningIssuer]]:
    """The whole API where a provider signs people in."""
    async with running_issuer() as issuer:
        chosen: dict[str, Any] = {
            "sign_in": "oidc",
            "oidc_issuer": issuer.state.url,
            "oidc_client_id": CLIENT[0],
            "oidc_client_secret": CLIENT[1],
            "oidc_audience": AUDIENCE,
            "oidc_redirect_uris": REDIRECT,
            "oidc_org_claim": ORG_CLAIM,
            "oidc_password_grant": True,
            "oidc_sign_up": True,
            "oidc_admin_client_id": ADMIN_CLIENT[0],
            "oidc_admin_client_secret": ADMIN_CLIENT[1],
        }
        async with whole(service_url, valkey_url, home, **chosen) as api:
            yield api, issuer


# Sign-in ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no-address"},
        {"password": "7-chars"},
        {"password": "x" * 129},
        {"first_name": ""},
        {"last_name": None},
        {"first_name": "x" * 51},
        {"last_name": "x" * 51},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_invalid_email_password_under_8_or_over_128_missing_names_long_names_are_422(
    play: Play, wrong: dict[str, str | None]
) -> None:
    async def scene(api: Whole) -> None:
        body = {"email": somebody(), **PERSON, **wrong}
        answer = await api.client.post(f"{AUTH}/signup", json=body)

        assert answer.status_code == 422
        assert answer.json()["error"]["field"] == next(iter(wrong))

    play(scene)


def test_duplicate_email_is_409(play: Play) -> None:
    async def scene(api: Whole) -> None:
        email = somebody()
        await api.sign_up(email)
        answer = await api.client.post(f"{AUTH}/signup", json={"email": email.upper(), **PERSON})

        assert (answer.status_code, code_of(answer)) == (409, "auth.email_taken")

    play(scene)


@pytest.mark.parametrize("password", ["wrong horse battery", "short", "x" * 200])
def test_wrong_password_is_401_also_a_short_one(play: Play, password: str) -> None:
    async def scene(api: Whole) -> None:
        email = somebody()
        await api.sign_up(email)
        known = await sign_in(api, email, password)
        unknown = await sign_in(api, somebody(), password)

        assert known.status_code == unknown.status_code == 401
        assert known.json()["error"] == unknown.json()["error"]

    play(scene)


def test_provider_down_is_503(
    module_service_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with with_provider(module_service_database_url, valkey_url, tmp_path) as (
            api,
            issuer,
        ):
            async with issuer.outage():
                answer = await sign_in(api, somebody(), PASSWORD)
                token = await api.client.get(f"{AUTH}/me", headers=bearer(unverifiable(issuer)))

            assert (answer.status_code, code_of(answer)) == (503, "auth.provider_unavailable")
            assert (token.status_code, code_of(token)) == (503, "auth.provider_unavailable")

    asyncio.run(scene())


def test_no_org_is_403(play: Play) -> None:
    async def scene(api: Whole) -> None:
        new = await api.sign_up(somebody())
        name = "Ada's organisation"
        owner = bearer(new["access_token"])
        gone = await api.client.delete(
            f"/api/v1/orgs/{new['org_id']}", params={"confirm": name}, headers=owner
        )
        assert gone.status_code == 204, gone.text
        again = (await sign_in(api, await email_of(api, owner), PASSWORD)).json()
        answer = await api.client.get("/api/v1/markets", headers=bearer(again["access_token"]))

        assert answer.status_code == 403
        me = await api.client.get(f"{AUTH}/me", headers=bearer(again["access_token"]))
        assert (me.status_code, me.json()["org_id"]) == (200, None)

    play(scene)


def test_wrong_role_is_403_naming_what_is_needed(play: Play) -> None:
    async def scene(api: Whole) -> None:
        owner = await api.sign_up(somebody())
        viewer = await join(api, owner, Role.VIEWER)
        keys = await api.client.get("/api/v1/api-keys", headers=viewer)
        renamed = await api.client.patch(
            f"/api/v1/orgs/{owner['org_id']}", json={"name": "Mine"}, headers=viewer
        )

        assert (keys.status_code, keys.json()["error"]["details"]) == (403, {"missing": ["admin"]})
        assert renamed.status_code == 403
        assert renamed.json()["error"]["details"] == {"roles": ["owner", "admin"]}

    play(scene)


def test_refresh_rotates_and_reused_or_invalid_refresh_is_401(play: Play) -> None:
    async def scene(api: Whole) -> None:
        first = await api.sign_up(somebody())
        second = (await refresh(api, first["refresh_token"])).json()
        third = (await refresh(api, second["refresh_token"])).json()
        reused = await refresh(api, first["refresh_token"])
        after = await refresh(api, third["refresh_token"])
        invalid = await refresh(api, "ph_refresh_nothing")

        tokens = {each["refresh_token"] for each in (first, second, third)}
        assert len(tokens) == 3
        assert [reused.status_code, after.status_code, invalid.status_code] == [401, 401, 401]

    play(scene)


def test_logout_is_idempotent_and_effective(play: Play) -> None:
    async def scene(api: Whole) -> None:
        new = await api.sign_up(somebody())
        token = bearer(new["access_token"])
        body = {"refresh_token": new["refresh_token"]}
        statuses = [
            (await api.client.post(f"{AUTH}/logout", headers=token)).status_code,
            (await api.client.post(f"{AUTH}/logout", headers=token)).status_code,
            (await api.client.post(f"{AUTH}/logout", json=body)).status_code,
            (await refresh(api, new["refresh_token"])).status_code,
            (await api.client.get(f"{AUTH}/me", headers=token)).status_code,
        ]

        assert statuses == [204, 204, 204, 401, 401]

    play(scene)


def test_oauth_only_google_github_and_keycloak_state_kept(
    module_service_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with with_provider(module_service_database_url, valkey_url, tmp_path) as (
            api,
            _,
        ):
            email = somebody()
            await api.sign_up(email)
            asked = {"redirect_uri": REDIRECT}
            known = [
                await api.client.get(f"{AUTH}/oauth/{name}", params=asked)
                for name in ("google", "github", "keycloak")
            ]
            unknown = await api.client.get(f"{AUTH}/oauth/facebook", params=asked)
            assert [each.status_code for each in known] == [200, 200, 200]
            assert unknown.status_code == 404

            address = httpx2.URL(known[-1].json()["redirect_url"])
            start = FlowStart(str(address), address.params["state"], "the client has the cookie")
            back = await log_in(start, email)
            assert back["state"] == start.state
            body = {**back, "redirect_uri": REDIRECT}
            finished = await api.client.post(f"{AUTH}/oauth/callback", json=body)
            again = await api.client.post(f"{AUTH}/oauth/callback", json=body)
            assert finished.status_code == 200, finished.text
            assert again.status_code == 401

    asyncio.run(scene())


def test_jwks_cached_for_the_ttl_refreshed_on_unknown_key_once_stale_keys_survive_an_outage(
    module_service_database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with with_provider(module_service_database_url, valkey_url, tmp_path) as (
            api,
            issuer,
        ):
            new = await api.sign_up(somebody())
            known = bearer(new["access_token"])
            fetched = issuer.state.asked["certs"]
            for _ in range(3):
                assert (await api.client.get(f"{AUTH}/me", headers=known)).status_code == 200
            assert issuer.state.asked["certs"] == fetched
            for _ in range(10):
                await api.client.get(f"{AUTH}/me", headers=bearer(unverifiable(issuer)))
            assert issuer.state.asked["certs"] <= fetched + 1
            async with issuer.outage():
                me = await api.client.get(f"{AUTH}/me", headers=known)
                assert me.status_code == 200

    asyncio.run(scene())


@pytest.mark.parametrize("is_proven", [False, True])
def test_who_signed_up_with_anothers_address_keeps_no_key_when_the_owner_resets_the_password(
    play: Play, is_proven: bool
) -> None:
    async def scene(api: Whole) -> None:
        email = somebody()
        squatter = await api.sign_up(email)
        session, first = bearer(squatter["access_token"]), bearer(squatter["api_key"])
        wide = {"name": "Wide", "scopes": ["admin", "history:read"]}
        made = await api.client.post("/api/v1/api-keys", json=wide, headers=session)
        if is_proven:
            token = await mailed(api, email, "ph_verify_")
            await api.client.post(f"{AUTH}/email/verify", json={"token": token})
        await api.client.post(f"{AUTH}/password/forgot", json={"email": email})
        token = await mailed(api, email, "ph_reset_")
        body = {"token": token, "password": "another horse battery"}
        assert (await api.client.post(f"{AUTH}/password/reset", json=body)).status_code == 204

        expected = 200 if is_proven else 401
        for key in (first, bearer(made.json()["key"])):
            answer = await api.client.get("/api/v1/markets", headers=key)
            assert answer.status_code == expected
        assert (await api.client.get(f"{AUTH}/me", headers=session)).status_code == 401

    play(scene)


# Isolation ----------------------------------------------------------------------------------------


def test_other_org_cannot_see_update_or_delete_and_learns_nothing(play: Play) -> None:
    async def scene(api: Whole) -> None:
        victim, stranger = await api.sign_up(somebody()), await api.sign_up(somebody())
        own, other = bearer(victim["access_token"]), bearer(stranger["access_token"])
        key = (await api.client.post("/api/v1/api-keys", json=NEW_KEY, headers=own)).json()["id"]
        missing = "key_" + "0" * 26
        for asked, unknown in ((key, missing), (victim["org_id"], "org_" + "0" * 26)):
            place = "/api/v1/api-keys/" if asked.startswith("key_") else "/api/v1/orgs/"
            for method, body in (("GET", None), ("PATCH", {"name": "Mine"}), ("DELETE", None)):
                params = {"confirm": "x"} if place.endswith("orgs/") and method == "DELETE" else {}
                one = await api.client.request(
                    method, place + asked, json=body, params=params, headers=other
                )
                none = await api.client.request(
                    method, place + unknown, json=body, params=params, headers=other
                )
                assert one.status_code == none.status_code == 404, (method, place, one.text)
                assert one.json()["error"]["code"] == none.json()["error"]["code"]
        kept = await api.client.get(f"/api/v1/api-keys/{key}", headers=own)
        assert kept.json()["name"] == NEW_KEY["name"]

    play(scene)


def test_other_user_cannot_see_or_end_sessions(play: Play) -> None:
    async def scene(api: Whole) -> None:
        victim, stranger = await api.sign_up(somebody()), await api.sign_up(somebody())
        own, other = bearer(victim["access_token"]), bearer(stranger["access_token"])
        (session,) = (await api.client.get(f"{AUTH}/sessions", headers=own)).json()["data"]
        listed = (await api.client.get(f"{AUTH}/sessions", headers=other)).json()["data"]
        ended = await api.client.delete(f"{AUTH}/sessions/{session['id']}", headers=other)

        assert session["id"] not in {each["id"] for each in listed}
        assert ended.status_code == 404
        assert (await api.client.get(f"{AUTH}/me", headers=own)).status_code == 200

    play(scene)


def test_context_never_leaks_to_the_next_request(play: Play) -> None:
    async def scene(api: Whole) -> None:
        people = [await api.sign_up(somebody()) for _ in range(5)]

        async def mine(person: dict[str, Any]) -> set[str]:
            headers = bearer(person["access_token"])
            answers = await asyncio.gather(
                *(api.client.get("/api/v1/orgs", headers=headers) for _ in range(10))
            )
            return {org["id"] for answer in answers for org in answer.json()["data"]}

        seen = await asyncio.gather(*(mine(person) for person in people))
        assert seen == [{person["org_id"]} for person in people]

    play(scene)


def test_service_path_sees_nothing_without_a_tenant_and_the_system_path_sees_all(
    service_database_url: str, database_url: str
) -> None:
    async def scene() -> None:
        orgs = [new_uuid(now()) for _ in range(2)]
        async with (
            Database.open(service_database_url) as served,
            Database.open(database_url) as owned,
        ):
            tenants = Tenants(served)
            for org_id in orgs:
                async with tenants.transaction(Tenant(org_id)) as transaction:
                    await transaction.execute(INSERT, org_id=org_id)
            assert await tenants.fetch_all(NOBODY, "SELECT org_id FROM organisations") == []
            async with owned.transaction() as transaction:
                await transaction.execute("SET LOCAL ROLE playhead_system")
                rows = await transaction.fetch_all("SELECT org_id FROM organisations")
                powers = await transaction.fetch_all(POWERS)
            assert {row.org_id for row in rows} == set(orgs)
            assert powers == [(False, False)]

    asyncio.run(scene())


NEW_KEY = {"name": "Desk", "scopes": ["history:read"]}
INSERT = (
    "INSERT INTO organisations (org_id, name, created_at, updated_at)"
    " VALUES (%(org_id)s, 'Acme', 1, 1)"
)
POWERS = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"


def code_of(answer: httpx2.Response) -> str:
    return str(answer.json()["error"]["code"])


async def sign_in(api: Whole, email: str, password: str) -> httpx2.Response:
    return await api.client.post(f"{AUTH}/login", json={"email": email, "password": password})


async def refresh(api: Whole, token: str) -> httpx2.Response:
    return await api.client.post(f"{AUTH}/refresh", json={"refresh_token": token})


async def email_of(api: Whole, headers: dict[str, str]) -> str:
    return str((await api.client.get(f"{AUTH}/me", headers=headers)).json()["email"])


async def join(api: Whole, owner: dict[str, Any], role: Role) -> dict[str, str]:
    """Return the headers of a new person with ``role`` in the owner's organisation."""
    email = somebody()
    guest = await api.sign_up(email)
    verified = await mailed(api, email, "ph_verify_")
    await api.client.post(f"{AUTH}/email/verify", json={"token": verified})
    invited = await api.client.post(
        f"/api/v1/orgs/{owner['org_id']}/invitations",
        json={"email": email, "role": role},
        headers=bearer(owner["access_token"]),
    )
    assert invited.status_code == 201, invited.text
    token = await mailed(api, email, "ph_invite_")
    headers = bearer(guest["access_token"])
    accepted = await api.client.post(
        "/api/v1/invitations/accept", json={"token": token}, headers=headers
    )
    assert accepted.status_code in {200, 201}, accepted.text
    return headers | {"X-Org-ID": owner["org_id"]}


async def mailed(api: Whole, email: str, start: str) -> str:
    """Return the token in a mail to somebody, once it was sent."""
    for _ in range(200):
        for file in sorted((api.home / "mail").glob("*.eml"), reverse=True):
            text = file.read_text()
            if f"To: {email}" in text and start in text:
                return start + text.partition(start)[2].split()[0]
        await asyncio.sleep(0.02)
    raise AssertionError(f"no mail to {email} with {start}")


def unverifiable(issuer: RunningIssuer) -> str:
    """Return a token that is well formed, of a key that the provider never published."""
    claims = issuer.state.access_claims(User("ghost@example.org", PASSWORD))
    return issuer.state.sign(claims, kid=secrets.token_hex(8))
