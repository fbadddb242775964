"""The endpoints of sign-in."""

import logging
from dataclasses import replace

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from playhead.storage.tenants import Tenant
from playhead.web.limits import Limiter
from tests.kernel.auth.edge import Client, Json, person, play
from tests.kernel.auth.stage import HERE, PASSWORD, new_address
from tests.kernel.stage import make_person
from tests.web.client import fault

INVALID: list[tuple[Json, str]] = [
    ({"email": "nobody"}, "email"),
    ({"email": 7}, "email"),
    ({"email": None}, "email"),
    ({"email": ...}, "email"),
    ({"email": "a\0@example.org"}, "email"),
    ({"password": "1234567"}, "password"),
    ({"password": "x" * 129}, "password"),
    ({"password": "with a \0 in it"}, "password"),
    ({"password": "\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800"}, "password"),
    ({"password": 12345678}, "password"),
    ({"first_name": ...}, "first_name"),
    ({"first_name": ""}, "first_name"),
    ({"first_name": "   "}, "first_name"),
    ({"first_name": "x" * 51}, "first_name"),
    ({"first_name": "Ada\nBcc: eve@example.org"}, "first_name"),
    ({"first_name": "\udfff"}, "first_name"),
    ({"last_name": "\0"}, "last_name"),
    ({"last_name": "right to left \u202e"}, "last_name"),
    ({"last_name": ["Lovelace"]}, "last_name"),
    ({"organisation": ""}, "organisation"),
    ({"organisation": "x" * 101}, "organisation"),
    ({"role": "owner"}, "role"),
    ({"org_id": "org_00000000000000000000000000"}, "org_id"),
]
HOSTILE = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[" * 50_000,
    b'{"\\ud800": 1}',
    b'{"email": "\\ud800@example.org", "password": "x"}',
    b'{"email": "ada@example.org", "password": 1e999}',
    b'{"email": "ada@example.org", "password": NaN}',
    b'{"email": "ada@example.org", "password": ' + b"9" * 5000 + b"}",
    b'{"email": {"$ne": ""}, "password": {"$ne": ""}}',
    b'{"email": "ada@example.org", "password": "' + b"x" * 1025 + b'"}',
    b'{"email": "' + b"a" * 100_000 + b'@example.org", "password": "x"}',
]


def test_signup_makes_a_person_who_is_signed_in_with_a_first_api_key(
    module_service_database_url: str,
) -> None:
    async def story(client: Client) -> None:
        address = new_address()
        body = await client.sign_up(email=address, organisation="Analytical Engines")
        assert set(body) == {
            "access_token",
            "refresh_token",
            "token_type",
            "expires_in",
            "user_id",
            "org_id",
            "api_key",
        }
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)

        answer = await client.get("/me", token=body["access_token"])
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.json() == {
            "id": body["user_id"],
            "email": address,
            "email_verified": False,
            "first_name": "Ada",
            "last_name": "Lovelace",
            "org_id": body["org_id"],
            "role": "owner",
            "roles": ["owner"],
            "plan": "free",
            "organisations": [
                {
                    "org_id": body["org_id"],
                    "name": "Analytical Engines",
                    "role": "owner",
                    "plan": "free",
                }
            ],
        }

    play(module_service_database_url, story)


def test_an_invalid_sign_up_is_422_and_names_the_field(module_service_database_url: str) -> None:
    async def story(client: Client) -> None:
        for fields, field in INVALID:
            answer = await client.post("/signup", person(**fields))
            assert fault(answer) == (422, "request.invalid", field), fields
            assert PASSWORD not in answer.text

    play(module_service_database_url, story)


@pytest.mark.parametrize(
    "password", ["12345678", "x" * 128, "  spaces  ", "пароль-пароль", "😀" * 8]
)
def test_passwords_of_8_to_128_characters_of_any_script_are_taken(
    module_service_database_url: str, password: str
) -> None:
    async def story(client: Client) -> None:
        address = new_address()
        await client.sign_up(email=address, password=password, first_name="x" * 50)
        answer = await client.post("/login", {"email": address, "password": password})
        assert answer.status_code == 200

    play(module_service_database_url, story)


def test_a_duplicate_email_is_409(module_service_database_url: str) -> None:
    async def story(client: Client) -> None:
        address = new_address()
        await client.sign_up(email=address)
        answer = await client.post("/signup", person(email=address.upper()))
        assert fault(answer) == (409, "auth.email_taken", "email")

    play(module_service_database_url, story)


@pytest.mark.parametrize("password", ["", "short", "wrong but long enough", "x" * 1024])
def test_a_wrong_password_is_401_whatever_its_length_and_whoever_is_asked_for(
    module_service_database_url: str, password: str
) -> None:
    async def story(client: Client) -> None:
        address = new_address()
        await client.sign_up(email=address)
        known, unknown = [
            await client.post("/login", {"email": email, "password": password})
            for email in (address, new_address())
        ]
        assert fault(known) == fault(unknown) == (401, "auth.credentials_wrong", None)
        assert known.json()["error"] == unknown.json()["error"]
        assert set(known.headers) == set(unknown.headers)

    play(module_service_database_url, story)


@pytest.mark.parametrize("body", [None, [], "text", {}, {"email": "ada@example.org"}, 7])
def test_a_body_that_is_none_is_422(module_service_database_url: str, body: object) -> None:
    async def story(client: Client) -> None:
        for path in ("/login", "/signup", "/refresh", "/password/forgot", "/email/verify"):
            if body != {"email": "ada@example.org"} or path != "/password/forgot":
                assert (await client.post(path, body)).status_code == 422

    play(module_service_database_url, story)


def test_refresh_rotates_and_a_reused_or_invalid_token_is_401(
    module_service_database_url: str,
) -> None:
    async def story(client: Client) -> None:
        first = await client.sign_up()
        client.stage.clock.pass_seconds(60)
        used = {"refresh_token": first["refresh_token"]}
        second = await client.post("/refresh", used)
        assert second.status_code == 200
        assert second.json()["refresh_token"] != first["refresh_token"]
        assert second.headers["Cache-Control"] == "no-store"

        superseded = await client.post("/refresh", used)
        assert fault(superseded) == (401, "auth.refresh_superseded", None)
        client.stage.clock.pass_seconds(60)
        reused = await client.post("/refresh", used)
        assert fault(reused) == (401, "auth.refresh_invalid", None)
        assert fault(await client.post("/refresh", {"refresh_token": "x"}))[0] == 401
        me = await client.get("/me", token=second.json()["access_token"])
        assert fault(me) == (401, "auth.token_invalid", None)

    play(module_service_database_url, story)


def test_a_refresh_for_somebody_elses_organisation_is_403_and_a_malformed_one_422(
    module_service_database_url: str,
) -> None:
    async def story(client: Client) -> None:
        ada, eve = await client.sign_up(), await client.sign_up()
        token = {"refresh_token": eve["refresh_token"]}
        theirs = await client.post("/refresh", {**token, "org_id": ada["org_id"]})
        assert fault(theirs) == (403, "org.none", None)
        malformed = await client.post("/refresh", {**token, "org_id": "org_x"})
        assert fault(malformed) == (422, "request.invalid", "org_id")
        assert (
            await client.post("/refresh", {**token, "org_id": eve["org_id"]})
        ).status_code == 200

    play(module_service_database_url, story)


def test_logout_works_with_or_without_a_body_and_ends_the_session(
    module_service_database_url: str,
) -> None:
    async def story(client: Client) -> None:
        by_header, by_body = await client.sign_up(), await client.sign_up()
        for _ in range(2):
            answer = await client.http.post(
                "/api/v1/auth/logout",
                headers={"Authorization": f"bearer {by_header['access_token']}"},
            )
            assert (answer.status_code, answer.content) == (204, b"")
            answer = await client.post("/logout", {"refresh_token": by_body["refresh_token"]})
            assert answer.status_code == 204
        assert (await client.post("/logout", {"refresh_token": "x"}, token="x")).status_code == 204
        assert (await client.http.post("/api/v1/auth/logout")).status_code == 204

        for ended in (by_header, by_body):
            refused = await client.post("/refresh", {"refresh_token": ended["refresh_token"]})
            assert refused.status_code == 401
            assert (await client.get("/me", token=ended["access_token"])).status_code == 401

    play(module_service_database_url, story)


@pytest.mark.parametrize("method", ["GET /me", "GET /sessions", "PATCH /me", "POST /email/resend"])
def test_expired_malformed_empty_and_non_bearer_tokens_are_401(
    module_service_database_url: str, method: str
) -> None:
    async def story(client: Client) -> None:
        token = (await client.sign_up())["access_token"]
        verb, path = method.split()

        async def ask(header: str | None) -> httpx2.Response:
            headers = {} if header is None else {"Authorization": header}
            return await client.http.request(verb, f"/api/v1/auth{path}", headers=headers)

        for header in (
            None,
            "Bearer ",
            f"Basic {token}",
            token,
            "Bearer a.b.c",
            f"Bearer {token}x",
        ):
            assert fault(await ask(header))[0] == 401
        client.stage.clock.pass_seconds(901)
        assert fault(await ask(f"Bearer {token}")) == (401, "auth.token_expired", None)

    play(module_service_database_url, story)


@pytest.mark.parametrize("provider", ["google", "github", "keycloak", "facebook"])
def test_a_provider_that_is_not_configured_is_404(
    module_service_database_url: str, provider: str
) -> None:
    async def story(client: Client) -> None:
        begun = await client.get(f"/oauth/{provider}?redirect_uri=https://app.example.org/back")
        assert fault(begun) == (404, "auth.provider_unknown", "provider")
        back = {"code": "c", "state": "s", "redirect_uri": "https://app.example.org/back"}
        assert fault(await client.post("/oauth/callback", back))[0] == 404

    play(module_service_database_url, story)


def test_forgot_answers_everybody_alike_and_reset_sets_another_password(
    module_service_database_url: str,
) -> None:
    async def story(client: Client) -> None:
        address = new_address()
        body = await client.sign_up(email=address)
        known, unknown = [
            await client.post("/password/forgot", {"email": email})
            for email in (address, new_address())
        ]
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
        assert known.status_code == 202

        token = client.stage.post.newest_token()
        short = await client.post("/password/reset", {"token": token, "password": "1234567"})
        assert fault(short) == (422, "request.invalid", "password")
        reset = {"token": token, "password": "another battery"}
        assert (await client.post("/password/reset", reset)).status_code == 204
        again = await client.post("/password/reset", reset)
        assert fault(again) == (422, "auth.mail_token_invalid", "token")
        assert (await client.get("/me", token=body["access_token"])).status_code == 401
        signed_in = await client.post("/login", {"email": address, "password": "another battery"})
        assert signed_in.status_code == 200

    play(module_service_database_url, story)


def test_an_address_is_verified_by_the_mailed_token(module_service_database_url: str) -> None:
    async def story(client: Client) -> None:
        token = (await client.sign_up())["access_token"]
        assert (await client.post("/email/resend", token=token)).status_code == 202
        mailed = {"token": client.stage.post.newest_token()}
        assert (await client.post("/email/verify", mailed)).status_code == 204
        assert fault(await client.post("/email/verify", mailed))[1] == "auth.mail_token_invalid"
        assert (await client.get("/me", token=token)).json()["email_verified"] is True

    play(module_service_database_url, story)


def test_me_answers_a_person_who_belongs_to_no_organisation(
    module_service_database_url: str,
) -> None:
    async def story(client: Client) -> None:
        user_id = await make_person(client.stage.tenants)
        async with client.stage.tenants.transaction(Tenant(user_id=user_id)) as transaction:
            started = await client.stage.builtin.sessions.start(transaction, user_id, None, HERE)
        token = (await client.stage.builtin.sessions.tokens(started)).access_token
        me = (await client.get("/me", token=token)).json()

        assert (me["org_id"], me["role"], me["roles"], me["organisations"]) == (None, None, [], [])
        assert me["email_verified"] is True

    play(module_service_database_url, story)


def test_more_passwords_than_are_checked_in_a_moment_are_503_with_retry_after(
    module_service_database_url: str,
) -> None:
    async def story(client: Client) -> None:
        room = client.stage.builtin.sign_in._passwords._room
        while room.acquire(blocking=False):
            pass
        body = {"email": new_address(), "password": "wrong"}
        answer = await client.post("/login", body)
        assert fault(answer) == (503, "auth.busy", None)
        assert answer.headers["Retry-After"] == "2"
        room.release()
        assert (await client.post("/login", body)).status_code == 401

    play(module_service_database_url, story)


def test_no_address_password_or_token_is_logged(
    module_service_database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(client: Client) -> None:
        address = new_address()
        body = await client.sign_up(email=address)
        await client.post("/login", {"email": address, "password": "wrong password"})
        refreshed = (await client.post("/refresh", {"refresh_token": body["refresh_token"]})).json()
        await client.post("/refresh", {"refresh_token": body["refresh_token"]})
        await client.post("/password/forgot", {"email": address})
        mailed = client.stage.post.newest_token()
        await client.post("/password/reset", {"token": mailed, "password": "another battery"})
        tokens = [token for name, token in (body | refreshed).items() if "token" in name]
        secrets = [address, PASSWORD, "wrong password", mailed, body["api_key"], *tokens]
        for secret in secrets:
            assert secret == "Bearer" or secret not in caplog.text

    with caplog.at_level(logging.DEBUG):
        play(module_service_database_url, story)


def test_sessions_are_listed_and_ended_one_by_one(module_service_database_url: str) -> None:
    async def story(client: Client) -> None:
        address = new_address()
        first = await client.sign_up(email=address)
        client.stage.clock.pass_seconds(1)
        login = {"email": address, "password": PASSWORD}
        second = (
            await client.http.post(
                "/api/v1/auth/login", json=login, headers={"User-Agent": "phone\x07" + "x" * 500}
            )
        ).json()
        page = (await client.get("/sessions", token=second["access_token"])).json()
        assert [session["current"] for session in page["data"]] == [True, False]
        assert page["data"][0]["user_agent"] == "phone?" + "x" * 294
        assert page["has_more"] is False

        path = f"/sessions/{page['data'][1]['id']}"
        stranger = (await client.sign_up())["access_token"]
        unknown = await client.delete(path, token=stranger)
        assert fault(unknown) == (404, "session.not_found", None)
        assert (await client.delete(path, token=second["access_token"])).status_code == 204
        assert (await client.delete(path, token=second["access_token"])).status_code == 404
        malformed = await client.delete("/sessions/ses_x", token=second["access_token"])
        assert fault(malformed) == (422, "id.invalid", "session_id")
        assert (await client.get("/me", token=first["access_token"])).status_code == 401

    play(module_service_database_url, story)


def test_what_is_sent_of_me_is_changed_and_nothing_else(module_service_database_url: str) -> None:
    async def story(client: Client) -> None:
        token = (await client.sign_up())["access_token"]
        changed = await client.patch("/me", {"first_name": "Augusta"}, token=token)
        assert (changed.json()["first_name"], changed.json()["last_name"]) == (
            "Augusta",
            "Lovelace",
        )
        assert (await client.patch("/me", {}, token=token)).status_code == 200
        for body, field in (
            ({"first_name": None}, "first_name"),
            ({"last_name": ""}, "last_name"),
            ({"email": "eve@example.org"}, "email"),
            ({"current_password": PASSWORD}, "new_password"),
            ({"new_password": "long enough"}, "current_password"),
        ):
            answer = await client.patch("/me", body, token=token)
            assert (answer.status_code, fault(answer)[2]) == (422, field)

    play(module_service_database_url, story)


def test_another_password_needs_the_current_one(module_service_database_url: str) -> None:
    async def story(client: Client) -> None:
        address = new_address()
        other = (await client.sign_up(email=address))["access_token"]
        login = await client.post("/login", {"email": address, "password": PASSWORD})
        token = login.json()["access_token"]
        wrong = {"current_password": "wrong", "new_password": "another battery"}
        answer = await client.patch("/me", wrong, token=token)
        assert fault(answer) == (403, "auth.password_wrong", "current_password")
        right = {"current_password": PASSWORD, "new_password": "another battery"}
        assert (await client.patch("/me", right, token=token)).status_code == 200
        assert (await client.get("/me", token=token)).status_code == 200
        assert (await client.get("/me", token=other)).status_code == 401

    play(module_service_database_url, story)


def test_our_keys_are_published_and_may_be_kept_for_five_minutes(
    module_service_database_url: str,
) -> None:
    async def story(client: Client) -> None:
        token = (await client.sign_up())["access_token"]
        answer = await client.http.get("/.well-known/jwks.json")
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        assert all("d" not in key for key in answer.json()["keys"])
        keys = KeySet.import_key_set(answer.json())
        assert jwt.decode(token, keys, algorithms=["RS256"]).claims["aud"] == "playhead"

    play(module_service_database_url, story)


def test_the_sixth_sign_in_of_a_minute_is_429_for_the_account_and_for_the_address(
    module_service_database_url: str,
) -> None:
    async def story(client: Client) -> None:
        for expected in [401, 401, 401, 401, 401, 429]:
            body = {"email": "Ada@example.org", "password": "wrong"}
            answer = await client.post("/login", body)
            assert answer.status_code == expected
        assert fault(answer)[1] == "rate.limited"
        assert int(answer.headers["Retry-After"]) > 0
        other = await client.post("/login", {"email": new_address(), "password": "wrong"})
        assert other.status_code == 429

    play(module_service_database_url, story, room=lambda room: replace(room, limiter=Limiter(None)))


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_a_hostile_body_is_422(module_service_database_url: str, kind: str) -> None:
    async def story(client: Client) -> None:
        for content in HOSTILE:
            answer = await client.http.post(
                "/api/v1/auth/login", content=content, headers={"Content-Type": kind}
            )
            assert fault(answer)[:2] == (422, "request.invalid"), content[:80]

    play(module_service_database_url, story)
