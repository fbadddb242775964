"""Kept answers: what the store of the service and the one in memory both do."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

import psycopg
import pytest

from playhead.base.time import Micros
from playhead.kernel.idempotency import IdempotencyKeys
from playhead.storage.postgres import Database
from playhead.storage.sealing import SealBroken, Sealer
from playhead.storage.tenants import Tenants
from playhead.web.idempotency import (
    KEPT,
    LEASE,
    Asked,
    Earlier,
    IdempotencyStore,
    KeptAnswer,
    Owner,
)
from tests.kernel.stage import NOW, make_organisation
from tests.web.idempotency.fakes import FakeStore
from tests.web.idempotency.shop import Shop, post

Result = TypeVar("Result")
Story = Callable[[IdempotencyStore, Asked], Awaitable[Result]]
SEALER = Sealer([b"m" * 32])
ANSWER = KeptAnswer(201, (("content-type", "application/json"),), b'{"key":"ph_live_secret"}')


def asked_by(org_id: UUID, caller: str = "usr_1", key: str = "k\u0021 ~") -> Asked:
    return Asked(Owner(org_id, caller), key, b"f" * 32)


async def with_service(url: str, story: Story[Result]) -> Result:
    async with Database.open(url, connections=8) as database:
        tenants = Tenants(database)
        org_id = await make_organisation(tenants)
        return await story(IdempotencyKeys(tenants, SEALER), asked_by(org_id))


@pytest.fixture(params=["service", "memory"])
def tell(request: pytest.FixtureRequest) -> Callable[[Story[Result]], Result]:
    if request.param == "memory":
        return lambda story: asyncio.run(_await(story(FakeStore(), asked_by(UUID(int=1)))))
    url: str = request.getfixturevalue("module_service_database_url")
    return lambda story: asyncio.run(with_service(url, story))


async def _await(story: Awaitable[Result]) -> Result:
    return await story


Telling = Callable[[Story[object]], object]


def test_the_first_begins_and_the_second_is_told_of_it(tell: Telling) -> None:
    async def story(store: IdempotencyStore, asked: Asked) -> None:
        assert await store.begin(asked, NOW) is None
        assert await store.begin(asked, NOW) == Earlier(asked.fingerprint, None)
        await store.finish(asked, NOW, ANSWER)
        assert await store.begin(asked, NOW) == Earlier(asked.fingerprint, ANSWER)
        other = replace(asked, fingerprint=b"g" * 32)
        assert await store.begin(other, NOW) == Earlier(asked.fingerprint, ANSWER)

    tell(story)


def test_a_key_that_was_given_back_is_free(tell: Telling) -> None:
    async def story(store: IdempotencyStore, asked: Asked) -> None:
        await store.begin(asked, NOW)
        await store.release(asked, NOW)
        assert await store.begin(asked, NOW) is None

    tell(story)


def test_a_request_that_outlived_its_lease_neither_keeps_nor_gives_back(tell: Telling) -> None:
    async def story(store: IdempotencyStore, asked: Asked) -> None:
        later = Micros(NOW + LEASE)
        await store.begin(asked, NOW)
        assert await store.begin(asked, Micros(later - 1)) is not None
        assert await store.begin(replace(asked, fingerprint=b"g" * 32), later) is not None
        assert await store.begin(asked, later) is None
        await store.finish(asked, NOW, ANSWER)
        await store.release(asked, NOW)
        assert await store.begin(asked, later) == Earlier(asked.fingerprint, None)

    tell(story)


def test_an_answer_grows_old_and_is_not_given_back_before(tell: Telling) -> None:
    async def story(store: IdempotencyStore, asked: Asked) -> None:
        await store.begin(asked, NOW)
        await store.finish(asked, NOW, ANSWER)
        await store.release(asked, NOW)
        assert await store.begin(asked, Micros(NOW + KEPT - 1)) is not None
        assert await store.begin(replace(asked, fingerprint=b"g" * 32), Micros(NOW + KEPT)) is None

    tell(story)


def test_of_many_at_once_one_begins(tell: Telling) -> None:
    async def story(store: IdempotencyStore, asked: Asked) -> None:
        found = await asyncio.gather(*(store.begin(asked, NOW) for _ in range(20)))
        assert found.count(None) == 1

    tell(story)


def test_another_caller_has_keys_of_its_own(tell: Telling) -> None:
    async def story(store: IdempotencyStore, asked: Asked) -> None:
        await store.begin(asked, NOW)
        other = replace(asked, owner=replace(asked.owner, caller="key_1"))
        assert await store.begin(other, NOW) is None

    tell(story)


def test_another_organisation_neither_sees_nor_meets_a_key(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        async with Database.open(module_service_database_url) as database:
            tenants = Tenants(database)
            first, second = [asked_by(await make_organisation(tenants)) for _ in range(2)]
            store = IdempotencyKeys(tenants, SEALER)
            assert await store.begin(first, NOW) is None
            assert await store.begin(second, NOW) is None
            await store.finish(second, NOW, ANSWER)
            assert await store.begin(first, NOW) == Earlier(first.fingerprint, None)

    asyncio.run(story())


def test_in_an_organisation_that_is_gone_nothing_begins(service_database_url: str) -> None:
    async def story(store: IdempotencyStore, asked: Asked) -> None:
        gone = replace(asked, owner=replace(asked.owner, org_id=UUID(int=7)))
        assert await store.begin(gone, NOW) == Earlier(gone.fingerprint, None)

    asyncio.run(with_service(service_database_url, story))


def test_the_database_alone_gives_no_answer_away(
    database_url: str, service_database_url: str
) -> None:
    async def story(store: IdempotencyStore, asked: Asked) -> Asked:
        await store.begin(asked, NOW)
        await store.finish(asked, NOW, ANSWER)
        return asked

    asked = asyncio.run(with_service(service_database_url, story))
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT idempotency_keys::text FROM idempotency_keys").fetchone()
    assert row is not None
    assert all(each.hex() not in row[0] for each in (b"ph_live_secret", asked.key.encode()))


def test_not_even_the_master_key_opens_an_answer_without_the_clients_key(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        async with Database.open(module_service_database_url) as database:
            tenants = Tenants(database)
            asked = asked_by(await make_organisation(tenants))
            await IdempotencyKeys(tenants, SEALER).begin(asked, NOW)
            await IdempotencyKeys(tenants, SEALER).finish(asked, NOW, ANSWER)
            rotated = IdempotencyKeys(tenants, Sealer([b"n" * 32, b"m" * 32]))
            assert await rotated.begin(asked, NOW) == Earlier(asked.fingerprint, ANSWER)
            with pytest.raises(SealBroken):
                await IdempotencyKeys(tenants, Sealer([b"n" * 32])).begin(asked, NOW)

    asyncio.run(story())


def test_of_twenty_equal_posts_at_once_one_is_done(module_service_database_url: str) -> None:
    async def story() -> None:
        async with Database.open(module_service_database_url, connections=8) as database:
            tenants = Tenants(database)
            org_id = await make_organisation(tenants)
            shop = Shop(IdempotencyKeys(tenants, SEALER), NOW, org_id)
            answers = await asyncio.gather(*(post(shop) for _ in range(20)))
            assert {each.status_code for each in answers} <= {201, 409}
            done = [each for each in answers if each.status_code == 201]
            assert shop.made == 1
            assert {each.content for each in done} == {(await post(shop)).content}

    asyncio.run(story())
