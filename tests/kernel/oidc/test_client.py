"""What we ask of a provider, and what its refusals mean."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from playhead.kernel.auth import ProviderUnknown
from playhead.kernel.oidc import (
    ClientAuthentication,
    FlowInvalid,
    GrantRefused,
    OidcClient,
    ProfileRefused,
    ProviderUnavailable,
    RedirectRefused,
)
from tests.kernel.oidc.issuer import Issuer, RunningIssuer, User
from tests.kernel.oidc.issuer.keys import rsa_key
from tests.kernel.oidc.scripted import settings_of
from tests.kernel.oidc.stage import (
    PASSWORD,
    REDIRECT,
    MovableClock,
    adapter,
    log_in,
    returned,
    somebody,
)

pytestmark = pytest.mark.anyio
ADA = "ada@example.org"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def state(issuer: RunningIssuer) -> Issuer:
    issuer.state.users[ADA] = User(ADA, PASSWORD)
    return issuer.state


@pytest.fixture
async def client(state: Issuer, clock: MovableClock) -> AsyncIterator[OidcClient]:
    async with adapter(settings_of(state.url), clock) as opened:
        yield opened


def said(status: int, **body: object) -> tuple[int, bytes]:
    return status, json.dumps(body).encode()


@pytest.mark.parametrize(
    "answer",
    [
        said(401, error="invalid_client"),
        said(400, error="unauthorized_client"),
        said(400, error="unsupported_grant_type"),
        said(403),
        said(404),
        said(500, error="invalid_grant"),
        said(503),
        said(429),
        (200, b"<html>"),
        said(200),
        said(200, access_token=7),
    ],
    ids=str,
)
async def test_what_is_not_the_persons_fault_is_unavailable(
    client: OidcClient, state: Issuer, answer: tuple[int, bytes]
) -> None:
    state.answers["token"] = answer

    with pytest.raises(ProviderUnavailable):
        await client.sign_in(ADA, PASSWORD)

    assert state.asked["token"] == 1  # a code or refresh token is used up: nothing is repeated


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_request", "access_denied"])
async def test_what_the_provider_does_not_accept_is_refused(
    client: OidcClient, state: Issuer, error: str
) -> None:
    state.answers["token"] = said(400, error=error)

    with pytest.raises(GrantRefused):
        await client.refresh("x" * 8000)


async def test_the_words_of_the_provider_are_not_repeated(
    client: OidcClient, state: Issuer
) -> None:
    state.answers["token"] = said(400, error="invalid_grant", error_description="Account disabled")
    with pytest.raises(GrantRefused) as refused:
        await client.sign_in(ADA, PASSWORD)
    state.answers["token"] = said(500, error="at db-7.internal")
    with pytest.raises(ProviderUnavailable) as down:
        await client.sign_in(ADA, PASSWORD)

    assert "disabled" not in refused.value.message
    assert "token" not in down.value.message
    assert down.value.fields == {}


@pytest.mark.parametrize("how", ClientAuthentication)
async def test_the_client_proves_who_it_is_in_the_configured_way(
    state: Issuer, clock: MovableClock, how: ClientAuthentication
) -> None:
    async with adapter(settings_of(state.url, client_authentication=how), clock) as client:
        assert await client.sign_in(ADA, PASSWORD)
    wrong = settings_of(state.url, client_authentication=how, client_secret="other")
    async with adapter(wrong, clock) as client:
        with pytest.raises(ProviderUnavailable):
            await client.sign_in(ADA, PASSWORD)


async def test_a_provider_that_is_no_keycloak_revokes_the_refresh_token(
    state: Issuer, clock: MovableClock
) -> None:
    settings = settings_of(state.url, is_keycloak=False, sign_up=False)
    async with adapter(settings, clock) as client:
        grant = await client.sign_in(ADA, PASSWORD)
        await client.sign_out(grant.refresh_token)
        await client.sign_out(grant.refresh_token)

    assert state.asked["revoke"] == 2
    assert state.sessions == []


async def test_a_session_that_the_provider_does_not_end_is_told(
    client: OidcClient, state: Issuer
) -> None:
    grant = await client.sign_in(ADA, PASSWORD)
    state.answers["logout"] = said(403, error="access_forbidden")

    with pytest.raises(ProviderUnavailable):
        await client.sign_out(grant.refresh_token)


async def test_the_service_accounts_token_is_kept_and_renewed(
    client: OidcClient, state: Issuer, clock: MovableClock
) -> None:
    for ahead in (0.0, 200.0, 290.0):
        clock.ahead = ahead
        await client.end_session("whichever")

    assert state.asked["token"] == 2


async def test_a_service_account_whose_token_was_withdrawn_gets_another_once(
    client: OidcClient, state: Issuer
) -> None:
    state.answers["users"] = said(401)

    with pytest.raises(ProviderUnavailable):
        await client.sign_up(somebody(), PASSWORD, "Ada", "Lovelace")

    assert state.asked["users"] == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"field": "firstName", "errorMessage": "too long"}, "first_name"),
        ({"errors": [{"field": "lastName"}, {"field": "email"}]}, "last_name"),
        ({"field": "username"}, "email"),
    ],
)
async def test_the_field_that_the_provider_refuses_is_named(
    client: OidcClient, state: Issuer, body: dict[str, object], field: str
) -> None:
    state.answers["users"] = said(400, **body)

    with pytest.raises(ProfileRefused) as refusal:
        await client.sign_up(somebody(), PASSWORD, "Ada", "Lovelace")

    assert refusal.value.field == field


@pytest.mark.parametrize("answer", [said(400, error="unknown"), said(400, errors=[]), said(403)])
async def test_another_refusal_of_an_account_is_unavailable(
    client: OidcClient, state: Issuer, answer: tuple[int, bytes]
) -> None:
    state.answers["users"] = answer

    with pytest.raises(ProviderUnavailable):
        await client.sign_up(somebody(), PASSWORD, "Ada", "Lovelace")


@pytest.mark.parametrize(
    "address",
    [
        "",
        f"{REDIRECT}/",
        f"{REDIRECT}?x=1",
        REDIRECT.upper(),
        "https://evil.example",
        "data:,x",
    ],
)
async def test_a_sign_in_returns_to_listed_addresses_only(client: OidcClient, address: str) -> None:
    with pytest.raises(RedirectRefused):
        await client.begin_oauth("keycloak", address)


@pytest.mark.parametrize("provider", ["twitter", "", "Google", "../keycloak"])
async def test_oauth_is_only_google_github_and_keycloak(client: OidcClient, provider: str) -> None:
    with pytest.raises(ProviderUnknown):
        await client.begin_oauth(provider, REDIRECT)


@pytest.mark.parametrize(
    ("provider", "hint"), [("google", "google"), ("github", "github"), ("keycloak", None)]
)
async def test_the_identity_provider_is_hinted_at(
    client: OidcClient, provider: str, hint: str | None
) -> None:
    start = await client.begin_oauth(provider, REDIRECT)

    query = dict(parse_qsl(urlsplit(start.redirect_url).query))
    assert query.get("kc_idp_hint") == hint
    assert query["state"] == start.state
    assert query["code_challenge_method"] == "S256"
    secrets = {query["state"], query["nonce"], query["code_challenge"], start.browser_secret}
    assert len(secrets) == 4
    assert min(map(len, secrets)) >= 43


async def test_the_way_back_must_be_of_our_provider(client: OidcClient) -> None:
    start = await client.begin_oauth("keycloak", REDIRECT)
    end = returned(start, await log_in(start, ADA))

    with pytest.raises(FlowInvalid):
        await client.finish_oauth(replace(end, issuer="https://evil.example"))


async def test_the_way_back_must_be_to_where_the_sign_in_began(
    state: Issuer, clock: MovableClock
) -> None:
    both = frozenset({REDIRECT, "https://other.example/callback"})
    async with adapter(settings_of(state.url, redirect_uris=both), clock) as client:
        start = await client.begin_oauth("keycloak", REDIRECT)
        end = returned(start, await log_in(start, ADA))
        with pytest.raises(FlowInvalid):
            await client.finish_oauth(replace(end, redirect_uri="https://other.example/callback"))


@pytest.mark.parametrize("state_text", ["", "unknown", "\ud800", "x" * 5000])
async def test_a_state_that_was_never_given_is_refused(client: OidcClient, state_text: str) -> None:
    start = await client.begin_oauth("keycloak", REDIRECT)
    end = returned(start, {"code": "c", "state": state_text})

    with pytest.raises(FlowInvalid):
        await client.finish_oauth(end)


@pytest.mark.parametrize("claims", [{"nonce": "another"}, {"at_hash": "AAAA"}, {"exp": 1}], ids=str)
async def test_tokens_of_another_sign_in_are_refused(
    client: OidcClient, state: Issuer, claims: dict[str, object]
) -> None:
    start = await client.begin_oauth("keycloak", REDIRECT)
    end = returned(start, await log_in(start, ADA))
    state.claims = claims

    with pytest.raises(GrantRefused):
        await client.finish_oauth(end)


async def test_a_key_that_was_swapped_on_the_way_is_refused(
    client: OidcClient, state: Issuer
) -> None:
    start = await client.begin_oauth("keycloak", REDIRECT)
    end = returned(start, await log_in(start, ADA))
    state.signing = rsa_key("mallory")

    with pytest.raises(GrantRefused):
        await client.finish_oauth(end)
