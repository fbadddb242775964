"""The provider's keys: rotate, remove, outage, slow, wrong algorithm, kid flood."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from playhead.kernel.identity import TokenInvalid
from playhead.kernel.oidc import CachePolicy, OidcClient, ProviderUnavailable
from playhead.kernel.oidc.discovery import metadata_of
from playhead.kernel.oidc.jwks import keys_of
from tests.kernel.oidc.issuer import RunningIssuer, User
from tests.kernel.oidc.issuer.keys import ec_key, public_jwk, rsa_key
from tests.kernel.oidc.scripted import settings_of
from tests.kernel.oidc.stage import REDIRECT, MovableClock, adapter

pytestmark = pytest.mark.anyio
HOUR, DAY = 3600, 86_400
QUICK = CachePolicy(wait=0.2)


@dataclass
class Bench:
    """A client of an issuer, with keys in its cache or not."""

    issuer: RunningIssuer
    client: OidcClient
    clock: MovableClock
    user: User = field(default_factory=lambda: User("ada@example.org", "x"))

    @property
    def fetches(self) -> int:
        return self.issuer.state.asked["certs"]

    def token(self, kid: str | None = "") -> str:
        # It lives long, so that the age of keys can be tested by itself.
        state = self.issuer.state
        claims = {**state.access_claims(self.user), "exp": 4_000_000_000}
        return state.sign(claims, kid=state.signing.kid if kid == "" else kid)

    async def reads(self, token: str) -> bool:
        return (await self.client.read(token)).subject == self.user.subject

    async def warm_up(self) -> str:
        token = self.token()
        assert await self.reads(token)
        return token


@pytest.fixture
async def bench(issuer: RunningIssuer) -> AsyncIterator[Bench]:
    clock = MovableClock()
    async with adapter(settings_of(issuer.state.url), clock, QUICK) as client:
        yield Bench(issuer, client, clock)


async def test_keys_are_cached_for_the_ttl(bench: Bench) -> None:
    token = await bench.warm_up()
    bench.clock.ahead = HOUR - 5

    assert await bench.reads(token)

    assert bench.fetches == 1


async def test_a_rotated_key_is_fetched_once_for_all_who_wait(bench: Bench) -> None:
    await bench.warm_up()
    bench.issuer.state.rotate("second")
    bench.clock.ahead = 31
    token = bench.token()

    assert all(await asyncio.gather(*(bench.reads(token) for _ in range(20))))

    assert bench.fetches == 2


async def test_a_flood_of_unknown_kids_fetches_once_in_thirty_seconds(bench: Bench) -> None:
    await bench.warm_up()
    bench.clock.ahead = 31
    flood = [bench.token(kid=secrets.token_hex(8)) for _ in range(200)]

    refused = await asyncio.gather(*map(bench.client.read, flood), return_exceptions=True)

    assert {type(each) for each in refused} == {TokenInvalid}
    assert bench.fetches == 2
    bench.clock.ahead = 59
    with pytest.raises(TokenInvalid):
        await bench.client.read(flood[0])
    assert bench.fetches == 2
    bench.clock.ahead = 62
    with pytest.raises(TokenInvalid):
        await bench.client.read(flood[0])
    assert bench.fetches == 3


async def test_what_cannot_be_a_token_fetches_nothing(bench: Bench) -> None:
    other = encoded({"alg": "RS512", "kid": "first"})
    for garbage in ("", "x", "a.b.c", f"{other}.e30.AAAA", "." * 20_000, "é.é.é", "\ud800.e30.A"):
        with pytest.raises(TokenInvalid):
            await bench.client.read(garbage)

    assert bench.fetches == 0


async def test_a_removed_key_verifies_nothing_after_the_next_fetch(bench: Bench) -> None:
    old = await bench.warm_up()
    bench.issuer.state.rotate("second")
    bench.issuer.state.remove("first")
    assert await bench.reads(old)  # nobody has asked since
    bench.clock.ahead = 31

    assert await bench.reads(bench.token())

    with pytest.raises(TokenInvalid):
        await bench.client.read(old)


async def test_a_removed_key_is_noticed_after_hours_of_silence(bench: Bench) -> None:
    old = await bench.warm_up()
    bench.issuer.state.remove("first")
    bench.clock.ahead = 5 * HOUR

    with pytest.raises(TokenInvalid):
        await bench.client.read(old)


async def test_stale_keys_survive_an_outage_of_a_day(bench: Bench) -> None:
    token = await bench.warm_up()

    async with bench.issuer.outage():
        bench.clock.ahead = DAY - 5
        assert await bench.reads(token)
        bench.clock.ahead = DAY + 5
        with pytest.raises(ProviderUnavailable):
            await bench.client.read(token)


async def test_an_unknown_kid_in_an_outage_is_unavailable_and_never_invalid(bench: Bench) -> None:
    await bench.warm_up()
    bench.issuer.state.rotate("second")
    token = bench.token()
    bench.clock.ahead = 31

    async with bench.issuer.outage():
        for _ in range(3):
            with pytest.raises(ProviderUnavailable):
                await bench.client.read(token)

    bench.clock.ahead = 62
    assert await bench.reads(token)


async def test_with_no_keys_at_all_the_provider_is_unavailable(bench: Bench) -> None:
    async with bench.issuer.outage():
        with pytest.raises(ProviderUnavailable):
            await bench.client.read(bench.token())

    bench.clock.ahead = 2  # nothing serves: no need to wait for half a minute
    assert await bench.reads(bench.token())


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"),
        (429, b"{}"),
        (404, b"{}"),
        (302, b""),
        (200, b"not json"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"keys": 7}'),
        (200, b'{"keys": []}' + b" " * 300_000),
    ],
)
async def test_an_answer_that_is_no_key_set_is_an_outage(
    bench: Bench, answer: tuple[int, bytes]
) -> None:
    bench.issuer.state.answers["certs"] = answer

    with pytest.raises(ProviderUnavailable):
        await bench.client.read(bench.token())


async def test_who_brings_a_known_kid_never_waits_for_a_slow_provider(bench: Bench) -> None:
    token = await bench.warm_up()
    bench.clock.ahead = HOUR + 5
    bench.issuer.state.gate.clear()

    async with asyncio.timeout(0.15):
        assert await bench.reads(token)
        assert await bench.reads(token)

    bench.issuer.state.gate.set()


async def test_who_brings_an_unknown_kid_waits_for_a_slow_provider_a_bounded_time(
    bench: Bench,
) -> None:
    await bench.warm_up()
    bench.issuer.state.rotate("second")
    token = bench.token()
    bench.clock.ahead = 31
    bench.issuer.state.gate.clear()

    async with asyncio.timeout(1):
        with pytest.raises(ProviderUnavailable):
            await bench.client.read(token)

    bench.issuer.state.gate.set()  # the fetch went on without them
    async with asyncio.timeout(2):
        while bench.client._keys._cached._task is not None:
            await asyncio.sleep(0.01)
    assert await bench.reads(token)
    assert bench.fetches == 2


async def test_a_provider_that_never_answers_is_given_up(issuer: RunningIssuer) -> None:
    settings = settings_of(issuer.state.url, timeout_seconds=0.2)
    issuer.state.gate.clear()

    async with adapter(settings, MovableClock()) as client, asyncio.timeout(2):
        with pytest.raises(ProviderUnavailable):
            await client.sign_in("ada@example.org", "x")

    issuer.state.gate.set()


async def test_keys_that_verify_nothing_of_ours_are_left_out() -> None:
    encrypting = {**public_jwk(rsa_key("first")), "use": "enc"}
    short = {"kty": "RSA", "kid": "short", "n": encoded("x" * 120), "e": "AQAB"}
    other = {**public_jwk(rsa_key("first")), "alg": "RS512", "kid": "other"}
    secret = {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}
    broken = {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"}
    published = [short, encrypting, other, secret, broken, {"kty": "new"}, "text", None]

    keys = keys_of({"keys": [*published, public_jwk(rsa_key("good"))]}, frozenset({"RS256"}))

    assert list(keys) == ["good"]


async def test_a_private_half_that_is_published_is_not_kept() -> None:
    leaked = dict(rsa_key("first").as_dict(private=True))

    (key,) = keys_of({"keys": [leaked]}, frozenset({"RS256"})).values()

    assert not key.is_private


async def test_a_token_without_kid_is_of_the_only_key(bench: Bench) -> None:
    assert await bench.reads(bench.token(kid=None))
    bench.issuer.state.rotate("second")
    bench.clock.ahead = 5 * HOUR

    with pytest.raises(TokenInvalid):
        await bench.client.read(bench.token(kid=None))


async def test_other_asymmetric_algorithms_can_be_configured(issuer: RunningIssuer) -> None:
    issuer.state.published = [ec_key("curve")]
    claims = issuer.state.access_claims(User("ada@example.org", "x"))
    token = issuer.state.sign(claims, key=ec_key("curve"), alg="ES256")
    settings = settings_of(issuer.state.url, algorithms=frozenset({"ES256"}))

    async with adapter(settings, MovableClock()) as client:
        assert (await client.read(token)).email == "ada@example.org"
    async with adapter(settings_of(issuer.state.url), MovableClock()) as client:
        with pytest.raises(TokenInvalid):
            await client.read(token)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "https://evil.example"),
        ("jwks_uri", "http://evil.example/keys"),
        ("token_endpoint", "http://evil.example/token"),
        ("token_endpoint", None),
        ("revocation_endpoint", "ftp://127.0.0.1/"),
    ],
)
async def test_a_discovery_that_is_not_safe_is_not_believed(
    issuer: RunningIssuer, name: str, value: object
) -> None:
    endpoints = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    good = {"issuer": issuer.state.url, **dict.fromkeys(endpoints, f"{issuer.state.url}/x")}
    metadata_of(good, issuer.state.url)
    document = json.dumps({**good, name: value}).encode()
    issuer.state.answers["openid-configuration"] = (200, document)

    async with adapter(settings_of(issuer.state.url), MovableClock()) as client:
        with pytest.raises(ProviderUnavailable):
            await client.begin_oauth("keycloak", REDIRECT)
