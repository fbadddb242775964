"""Access tokens and the keys that sign them, over more than one process."""

import asyncio
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec
import psycopg
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from playhead.base.ids import new_uuid
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.auth.signing import (
    AccessTokens,
    KeyRing,
    SigningKey,
    SigningKeys,
    SigningPolicy,
)
from playhead.kernel.auth.signing.keys import new_rsa_key
from playhead.kernel.identity import Claims, TokenExpired, TokenInvalid
from playhead.storage.postgres import Database, DatabaseUnavailable
from playhead.storage.sealing import SealBroken, Sealer
from playhead.storage.tenants import NOBODY, Tenants
from tests.kernel.auth.stage import ISSUER, SEALER, Clock
from tests.kernel.stage import NOW

POLICY = SigningPolicy()
USER, SESSION, ORG = (new_uuid(NOW) for _ in range(3))
FAR = Micros(NOW + 10**15)


class Process:
    """The keys and tokens of one process."""

    def __init__(
        self, tenants: Tenants, clock: Clock, *, issuer: str = ISSUER, sealer: Sealer = SEALER
    ) -> None:
        self.ring = KeyRing(SigningKeys(tenants), sealer, now=clock, policy=POLICY)
        self.tokens = AccessTokens(self.ring, issuer=issuer, now=clock, policy=POLICY)

    async def issue(self, *, until: Micros = FAR) -> str:
        return (await self.tokens.issue(USER, SESSION, ORG, until=until)).text

    async def published(self) -> list[str]:
        return [key["kid"] for key in await self.ring.published()]


def header_of(token: str) -> dict[str, str]:
    decoded: dict[str, str] = msgspec.json.decode(urlsafe_b64decode(token.split(".")[0] + "=="))
    return decoded


def segment(value: object) -> str:
    return urlsafe_b64encode(msgspec.json.encode(value)).rstrip(b"=").decode()


def test_a_token_says_whose_it_is_and_anybody_can_verify_it_by_our_jwks(
    service_database_url: str,
) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            process = Process(Tenants(database), clock)
            token = await process.issue()
            keys = KeySet.import_key_set({"keys": await process.ring.published()})  # type: ignore[typeddict-item]
            read = jwt.decode(token, keys, algorithms=["RS256"])

            assert read.header["typ"] == "at+jwt"
            assert (read.claims["iss"], read.claims["aud"]) == (ISSUER, "playhead")
            assert read.claims["exp"] - read.claims["iat"] == 900
            assert await process.tokens.read(token) == Claims(
                USER, SESSION, ORG, Micros(NOW + 900 * MICROS_PER_SECOND)
            )

    asyncio.run(story())


def test_a_token_ends_with_its_time_or_with_its_session(service_database_url: str) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            process = Process(Tenants(database), clock)
            usual = await process.issue()
            short = await process.issue(until=Micros(NOW + 60 * MICROS_PER_SECOND))
            clock.pass_seconds(60)
            with pytest.raises(TokenExpired):
                await process.tokens.read(short)
            clock.pass_seconds(839)
            await process.tokens.read(usual)
            clock.pass_seconds(1)
            with pytest.raises(TokenExpired):
                await process.tokens.read(usual)

    asyncio.run(story())


def test_a_token_that_is_not_ours_to_the_letter_is_refused(service_database_url: str) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            tenants = Tenants(database)
            process = Process(tenants, clock)
            good = await process.issue()
            header, payload, signature = good.split(".")
            kid = header_of(good)["kid"]
            stranger = RSAKey.generate_key(2048)
            claims = msgspec.json.decode(urlsafe_b64decode(payload + "=="))
            hmac = segment({"alg": "HS256", "kid": kid, "typ": "at+jwt"})
            none = segment({"alg": "none", "kid": kid, "typ": "at+jwt"})
            forged = jwt.encode({"alg": "RS256", "kid": kid, "typ": "at+jwt"}, claims, stranger)
            bad = [
                "",
                "..",
                "a.b.c.d",
                "\ud800.\ud800.\ud800",
                "é.é.é",
                "x" * 5000,
                f"{none}.{payload}.",
                f"{hmac}.{payload}.{signature}",
                f"{header}.{segment({**claims, 'org': 'org_' + '0' * 26})}.{signature}",
                f"{header}.{payload}.{signature[:-4]}AAAA",
                f"{header}.{payload}.!",
                f"{header}..{signature}",
                f"{segment({'alg': 'RS256', 'kid': kid, 'typ': 'JWT'})}.{payload}.{signature}",
                forged,
                await Process(tenants, clock, issuer="https://other.test").issue(),
            ]
            for token in bad:
                with pytest.raises(TokenInvalid):
                    await process.tokens.read(token)
            await process.tokens.read(good)

    asyncio.run(story())


def test_a_key_is_published_before_it_signs_and_after_it_has_signed(
    service_database_url: str,
) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            process = Process(Tenants(database), clock)
            by_old = await process.issue()
            old = header_of(by_old)["kid"]
            clock.pass_seconds(60)
            new = await process.ring.rotate()

            assert await process.published() == [old, new]
            assert header_of(await process.issue())["kid"] == old
            clock.pass_seconds(POLICY.ahead_seconds)
            last_of_old = by_old
            assert header_of(await process.issue())["kid"] == new
            assert await process.published() == [old, new]
            clock.pass_seconds(300)
            with pytest.raises(TokenExpired):
                await process.tokens.read(last_of_old)
            clock.pass_seconds(POLICY.token_seconds + POLICY.spare_seconds)
            assert await process.published() == [new]
            with pytest.raises(TokenInvalid):
                await process.tokens.read(last_of_old)

    asyncio.run(story())


def test_what_the_old_key_signed_at_its_last_moment_is_good_until_it_expires(
    service_database_url: str,
) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            process = Process(Tenants(database), clock)
            await process.issue()
            await process.ring.rotate()
            clock.pass_seconds(POLICY.ahead_seconds - 1)
            last = await process.issue()
            clock.pass_seconds(899)
            await process.tokens.read(last)
            clock.pass_seconds(1)
            with pytest.raises(TokenExpired):
                await process.tokens.read(last)

    asyncio.run(story())


def test_keys_rotate_by_themselves_every_ninety_days(service_database_url: str) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            process = Process(Tenants(database), clock)
            old = header_of(await process.issue())["kid"]
            clock.pass_seconds(POLICY.rotation_seconds - 1)
            assert await process.published() == [old]
            clock.pass_seconds(1)
            assert len(await process.published()) == 2
            clock.pass_seconds(POLICY.ahead_seconds)

            assert header_of(await process.issue())["kid"] != old

    asyncio.run(story())


def test_processes_that_start_at_once_agree_on_one_key(service_database_url: str) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            processes = [Process(Tenants(database), clock) for _ in range(4)]
            tokens = await asyncio.gather(*(each.issue() for each in processes))

            assert len({header_of(token)["kid"] for token in tokens}) == 1
            for process in processes:
                await process.tokens.read(tokens[0])

    asyncio.run(story())


def test_of_many_who_sign_in_when_a_key_is_due_one_makes_the_next(
    service_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[RSAKey] = []

    def make() -> RSAKey:
        made.append(new_rsa_key())
        return made[-1]

    monkeypatch.setattr("playhead.kernel.auth.signing.ring.new_rsa_key", make)

    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            process = Process(Tenants(database), clock)
            await asyncio.gather(*(process.issue() for _ in range(10)))
            clock.pass_seconds(POLICY.rotation_seconds)
            await asyncio.gather(*(process.issue() for _ in range(10)))

    asyncio.run(story())
    assert len(made) == 2


def test_another_process_knows_a_new_key_before_it_signs_and_a_withdrawn_one_soon(
    service_database_url: str,
) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            one, other = (Process(Tenants(database), clock) for _ in range(2))
            stolen = await one.issue()
            await other.tokens.read(stolen)
            clock.pass_seconds(10)
            await one.ring.rotate(withdraw=True)
            with pytest.raises(TokenInvalid):
                await one.tokens.read(stolen)

            await other.tokens.read(await one.issue())  # signed by a key it had not seen
            with pytest.raises(TokenInvalid):
                await other.tokens.read(stolen)
            clock.pass_seconds(31)
            assert await other.published() == await one.published()

    asyncio.run(story())


def test_a_removed_key_stops_within_half_a_minute(
    service_database_url: str, database_url: str
) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            process = Process(Tenants(database), clock)
            token = await process.issue()
            _as_superuser(database_url, "DELETE FROM signing_keys")
            clock.pass_seconds(30)
            with pytest.raises(TokenInvalid):
                await process.tokens.read(token)

    asyncio.run(story())


def _as_superuser(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(b"SET ROLE playhead_system")
        connection.execute(statement.encode())


class _Counting(SigningKeys):
    reads = 0

    async def all(self, retired_after: Micros) -> list[SigningKey]:
        self.reads += 1
        await asyncio.sleep(0)
        return await super().all(retired_after)


def test_a_flood_of_unknown_keys_makes_us_look_once_in_five_seconds(
    service_database_url: str,
) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            keys = _Counting(Tenants(database))
            ring = KeyRing(keys, SEALER, now=clock, policy=POLICY)
            await ring.signer()
            before = keys.reads
            await asyncio.gather(*(ring.by_header(f"h{number}") for number in range(200)))
            assert keys.reads == before
            clock.pass_seconds(5)
            await asyncio.gather(*(ring.by_header(f"h{number}") for number in range(200)))
            assert keys.reads == before + 1

    asyncio.run(story())


def test_known_keys_are_used_while_the_database_is_away(service_database_url: str) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            keys = _Failing(Tenants(database))
            ring = KeyRing(keys, SEALER, now=clock, policy=POLICY)
            tokens = AccessTokens(ring, issuer=ISSUER, now=clock, policy=POLICY)
            token = (await tokens.issue(USER, SESSION, None, until=FAR)).text
            keys.is_down = True
            clock.pass_seconds(31)

            assert (await tokens.read(token)).org_hint is None
            with pytest.raises(DatabaseUnavailable):
                await KeyRing(keys, SEALER, now=clock, policy=POLICY).by_header("x")

    asyncio.run(story())


class _Failing(SigningKeys):
    is_down = False

    async def all(self, retired_after: Micros) -> list[SigningKey]:
        if self.is_down:
            raise DatabaseUnavailable("it is away")
        return await super().all(retired_after)


def test_the_private_half_is_kept_under_the_master_key_only(service_database_url: str) -> None:
    async def story() -> None:
        clock = Clock()
        async with Database.open(service_database_url) as database:
            tenants = Tenants(database)
            token = await Process(tenants, clock).issue()
            stranger = Process(tenants, clock, sealer=Sealer([b"x" * 32]))
            await stranger.tokens.read(token)  # the public half is not sealed
            with pytest.raises(SealBroken):
                await stranger.issue()
            (row,) = await tenants.fetch_all(NOBODY, "SELECT * FROM signing_keys")
            assert set(row.public_key) == {"kty", "n", "e", "kid", "alg", "use"}
            assert b"\x02\x82\x01\x01\x00" not in row.sealed

    asyncio.run(story())


def test_a_token_is_read_in_a_fraction_of_a_millisecond(service_database_url: str) -> None:
    async def story() -> None:
        async with Database.open(service_database_url) as database:
            process = Process(Tenants(database), Clock())
            token = await process.issue()
            began = time.perf_counter()
            for _ in range(500):
                await process.tokens.read(token)
            micros = (time.perf_counter() - began) / 500 * 1_000_000

            assert micros < 1000  # measured 36 on an idle machine

    asyncio.run(story())
