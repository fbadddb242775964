"""Tokens of the provider: every one that is not exactly right is refused."""

import base64
import json
import time
from collections.abc import AsyncIterator
from enum import Enum

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OctKey

from playhead.base.time import MICROS_PER_SECOND
from playhead.kernel.identity import TokenExpired, TokenInvalid
from playhead.kernel.oidc import OidcClient
from playhead.kernel.oidc.claims import claims_of, roles_of
from playhead.kernel.oidc.tokens import half_hash
from tests.kernel.oidc.issuer import Issuer, RunningIssuer, User
from tests.kernel.oidc.issuer.keys import rsa_key
from tests.kernel.oidc.scripted import settings_of
from tests.kernel.oidc.stage import MovableClock, adapter

pytestmark = pytest.mark.anyio
ADA = User("ada@example.org", "x", is_verified=True)


class Missing(Enum):
    """Stands for a claim that is left out; its name is the same in every process."""

    CLAIM = "missing"


MISSING = Missing.CLAIM


@pytest.fixture
async def client(issuer: RunningIssuer) -> AsyncIterator[OidcClient]:
    async with adapter(settings_of(issuer.state.url), MovableClock()) as opened:
        yield opened


@pytest.fixture
def state(issuer: RunningIssuer) -> Issuer:
    return issuer.state


def changed(state: Issuer, **claims: object) -> str:
    """Return an access token with other claims; MISSING leaves one out."""
    said = {**state.access_claims(ADA), **claims}
    return state.sign({name: value for name, value in said.items() if value is not MISSING})


async def test_a_good_token_says_who_it_is_of(client: OidcClient, state: Issuer) -> None:
    token = state.sign(state.access_claims(ADA, "the-session", exp=int(time.time()) + 60))

    claims = await client.read(token)

    assert claims.issuer == state.url
    assert claims.subject == ADA.subject
    assert (claims.email, claims.email_verified) == ("ada@example.org", True)
    assert (claims.first_name, claims.last_name) == ("Ada", "Lovelace")
    assert claims.session_id == "the-session"
    assert claims.expires_at % MICROS_PER_SECOND == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example/realms/playhead"},
        {"iss": MISSING},
        {"aud": "another-api"},
        {"aud": ["account"]},
        {"aud": MISSING},
        {"aud": {"playhead-api": 1}},
        {"exp": MISSING},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 10**30},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"typ": "ID"},
        {"typ": "Refresh"},
        {"nonce": "of an identity token"},
        {"at_hash": "of an identity token"},
        {"cnf": {"jkt": "bound to a key"}},
        {"sub": MISSING},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_refused(
    client: OidcClient, state: Issuer, wrong: dict[str, object]
) -> None:
    with pytest.raises(TokenInvalid):
        await client.read(changed(state, **wrong))


async def test_an_expired_token_is_told_from_a_wrong_one(client: OidcClient, state: Issuer) -> None:
    now = int(time.time())

    assert await client.read(changed(state, exp=now - 25))  # their clock may be behind ours
    with pytest.raises(TokenExpired):
        await client.read(changed(state, exp=now - 31))


async def test_a_token_of_another_key_under_a_known_kid_is_refused(
    client: OidcClient, state: Issuer
) -> None:
    forged = state.sign(state.access_claims(ADA), key=rsa_key("mallory"), kid="first")

    with pytest.raises(TokenInvalid):
        await client.read(forged)


async def test_a_public_key_is_no_secret_of_hs256(client: OidcClient, state: Issuer) -> None:
    public = rsa_key("first").public_key
    for form in (Encoding.PEM, Encoding.DER):
        secret = public.public_bytes(form, PublicFormat.SubjectPublicKeyInfo)
        key = OctKey.import_key(base64.urlsafe_b64encode(secret).decode())
        forged = state.sign(state.access_claims(ADA), key=key, alg="HS256", kid="first")
        with pytest.raises(TokenInvalid):
            await client.read(forged)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "RS512", "ES256", "", 7, None])
async def test_another_algorithm_is_refused_whatever_the_signature(
    client: OidcClient, state: Issuer, algorithm: object
) -> None:
    _, payload, signature = changed(state).split(".")
    head = encoded({"alg": algorithm, "kid": "first"})

    for end in ("", signature):
        with pytest.raises(TokenInvalid):
            await client.read(f"{head}.{payload}.{end}")


@pytest.mark.parametrize(
    "header",
    [{"crit": ["exp"]}, {"crit": ["b64"], "b64": False}, {"typ": "logout+jwt"}, {"typ": "JWE"}],
    ids=str,
)
async def test_a_header_that_asks_for_more_is_refused(
    client: OidcClient, state: Issuer, header: dict[str, object]
) -> None:
    _, payload, signature = changed(state).split(".")
    head = encoded({"alg": "RS256", "kid": "first", **header})

    with pytest.raises(TokenInvalid):
        await client.read(f"{head}.{payload}.{signature}")


async def test_a_token_that_is_too_large_is_refused(client: OidcClient, state: Issuer) -> None:
    with pytest.raises(TokenInvalid):
        await client.read(changed(state, padding="x" * 20_000))


async def test_without_an_audience_the_token_must_be_issued_to_our_client(
    state: Issuer, issuer: RunningIssuer
) -> None:
    async with adapter(settings_of(state.url, audience=None), MovableClock()) as client:
        assert await client.read(changed(state, aud="account"))
        with pytest.raises(TokenInvalid):
            await client.read(changed(state, azp="another-client"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": MISSING},
        {"aud": "another-client"},
        {"aud": ["playhead", "other"], "azp": MISSING},
        {"azp": "other"},
        {"at_hash": "AAAA"},
        {"typ": "Bearer"},
        {"iss": "https://evil.example"},
    ],
    ids=str,
)
async def test_an_identity_token_of_another_sign_in_is_refused(
    client: OidcClient, state: Issuer, wrong: dict[str, object]
) -> None:
    good = {
        **state.access_claims(ADA),
        "aud": "playhead",
        "typ": "ID",
        "nonce": "ours",
        "at_hash": half_hash("access", "RS256"),
    }
    read = client._tokens.read_identity
    assert await read(state.sign(good), nonce="ours", access_token="access")
    said = {name: value for name, value in {**good, **wrong}.items() if value is not MISSING}

    with pytest.raises(TokenInvalid):
        await read(state.sign(said), nonce="ours", access_token="access")


def test_the_hash_of_an_access_token_is_that_of_the_standard() -> None:
    token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"  # OpenID Connect Core, A.4

    assert half_hash(token, "RS256") == "77QmUPtjPfzWtF2AnpK9RQ"


def test_internal_provider_roles_are_filtered_and_realm_and_client_roles_merged() -> None:
    payload = {
        "realm_access": {"roles": ["offline_access", "default-roles-x", "auditor", 7]},
        "resource_access": {
            "playhead": {"roles": ["uma_authorization", "tester"]},
            "account": {"roles": ["manage-account", "of-another-client"]},
            "broken": 7,
        },
    }

    assert roles_of(payload, "playhead") == {"auditor", "tester"}


@pytest.mark.parametrize(
    ("said", "is_known"),
    [
        ("0190b3c8-0000-7000-8000-000000000000", True),
        ("org_00000000000000000000000000", True),
        ("usr_00000000000000000000000000", False),
        ("Acme", False),
        (["0190b3c8-0000-7000-8000-000000000000"], False),
        ("", False),
    ],
)
def test_the_organisation_is_read_from_the_configured_claim_only(
    said: object, is_known: bool
) -> None:
    payload = {"sub": "s", "exp": 1, "org_id": said, "organization_id": "0190b3c8" + "0" * 24}

    hint = claims_of(payload, settings_of("https://id.example")).org_hint
    none = claims_of(payload, settings_of("https://id.example", org_claim=None)).org_hint

    assert (hint is not None) is is_known
    assert none is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = ["sub", "email", "exp", "realm_access", "resource_access", "org_id", "sid"]


@given(st.dictionaries(st.sampled_from([*NAMES, "given_name", "email_verified"]), json_values))
def test_no_claims_make_more_than_a_refusal(payload: dict[str, object]) -> None:
    try:
        claims = claims_of(payload, settings_of("https://id.example"))
    except TokenInvalid:
        return
    assert claims.subject


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
