"""The tenant is named for one transaction, and is gone with it however that ends."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg
import pytest

from playhead.storage.postgres import Database, Transaction
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.stage import Member, make_member

TENANTS = 64
CONNECTIONS = 8
TURNS = 8

SEEN = (
    "SELECT (SELECT array_agg(org_id) FROM organisations) AS organisations,"
    " (SELECT array_agg(user_id) FROM people) AS people,"
    " (SELECT array_agg(org_id) FROM memberships) AS memberships"
)
RENAMED = "UPDATE organisations SET name = %(name)s"
AGAIN = (
    "INSERT INTO organisations (org_id, name, created_at, updated_at)"
    " VALUES (%(org_id)s, 'again', 0, 0)"
)

Deed = Callable[[Tenants, Member], Awaitable[None]]


class GaveUp(Exception):
    """What a use-case raises when it changes its mind."""


@asynccontextmanager
async def opened(url: str, connections: int) -> AsyncIterator[tuple[Database, Tenants]]:
    async with Database.open(url, connections=connections) as database:
        database._pool.timeout = 60  # a machine that is busy is not what is tested
        yield database, Tenants(database)


def expect_own(rows: Sequence[object], member: Member) -> None:
    """Exactly the rows of ``member``."""
    assert [tuple(row) for row in rows] == [  # type: ignore[arg-type]
        ([member.org_id], [member.user_id], [member.org_id])
    ]


async def expect_none(lent: Transaction) -> None:
    """No tenant is left on a connection that was lent."""
    assert [tuple(row) for row in await lent.fetch_all(SEEN)] == [(None, None, None)]
    left = await lent.fetch_optional(
        "SELECT coalesce(current_setting('app.org_id', true), '')"
        " || coalesce(current_setting('app.user_id', true), '') AS names"
    )
    assert left is not None
    assert left.names == ""


async def read(tenants: Tenants, member: Member) -> None:
    async with tenants.transaction(member.tenant) as transaction:
        expect_own(await transaction.fetch_all(SEEN), member)
        await asyncio.sleep(0)
        expect_own(await transaction.fetch_all(SEEN), member)


async def read_in_one_round_trip(tenants: Tenants, member: Member) -> None:
    expect_own(await tenants.fetch_all(member.tenant, SEEN), member)


async def write(tenants: Tenants, member: Member) -> None:
    async with tenants.transaction(member.tenant) as transaction:
        assert await transaction.execute(RENAMED, name="kept") == 1
        expect_own(await transaction.fetch_all(SEEN), member)


async def write_and_give_up(tenants: Tenants, member: Member) -> None:
    async def attempt() -> None:
        async with tenants.transaction(member.tenant) as transaction:
            assert await transaction.execute(RENAMED, name="lost") == 1
            raise GaveUp

    with pytest.raises(GaveUp):
        await attempt()


async def collide(tenants: Tenants, member: Member) -> None:
    async def attempt() -> None:
        async with tenants.transaction(member.tenant) as transaction:
            await transaction.execute(RENAMED, name="lost")
            await transaction.execute(AGAIN, org_id=member.org_id)

    with pytest.raises(psycopg.errors.UniqueViolation):
        await attempt()


async def collide_unseen(tenants: Tenants, member: Member) -> None:
    """The outcome of what is sent is not waited for: the error shows at the end."""
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with tenants.transaction(member.tenant) as transaction:
            await transaction.send(AGAIN, org_id=member.org_id)


async def collide_in_one_round_trip(tenants: Tenants, member: Member) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        await tenants.fetch_all(member.tenant, f"{AGAIN} RETURNING org_id", org_id=member.org_id)


async def be_cancelled(tenants: Tenants, member: Member) -> None:
    async def slow() -> None:
        async with tenants.transaction(member.tenant) as transaction:
            await transaction.execute(RENAMED, name="lost")
            started.set()
            await transaction.fetch_all("SELECT pg_sleep(30)")

    started = asyncio.Event()
    task = asyncio.create_task(slow())
    await started.wait()
    await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def be_cancelled_early(tenants: Tenants, member: Member) -> None:
    task = asyncio.create_task(read(tenants, member))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


DEEDS: tuple[Deed, ...] = (
    read,
    read_in_one_round_trip,
    write,
    write_and_give_up,
    collide,
    collide_unseen,
    collide_in_one_round_trip,
    be_cancelled,
    be_cancelled_early,
)


def test_a_setting_of_the_session_serves_one_tenants_rows_to_the_next(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        async with opened(module_service_database_url, 1) as (database, tenants):
            member = await make_member(tenants)
            async with database.reading() as naive:
                await naive.execute(f"SET app.org_id = '{member.org_id}'")
                await naive.fetch_all("SELECT org_id FROM organisations")

            async with database.reading() as stranger:
                seen = await stranger.fetch_all("SELECT org_id FROM organisations")

        assert [row.org_id for row in seen] == [member.org_id]  # the leak

    asyncio.run(story())


def test_sixty_four_tenants_on_eight_connections_see_their_own_rows_only(
    module_service_database_url: str,
) -> None:
    async def turns(database: Database, tenants: Tenants, member: Member, seed: int) -> None:
        for deed in random.Random(seed).choices(DEEDS, k=TURNS):
            await deed(tenants, member)
            async with database.reading() as lent:
                await expect_none(lent)

    async def story() -> None:
        async with opened(module_service_database_url, CONNECTIONS) as (database, tenants):
            members = [await make_member(tenants) for _ in range(TENANTS)]
            await asyncio.gather(
                *(turns(database, tenants, member, seed) for seed, member in enumerate(members))
            )
            async with AsyncExitStack() as borrowed:
                for _ in range(CONNECTIONS):  # every connection there is
                    await expect_none(await borrowed.enter_async_context(database.reading()))
            names = [
                await tenants.fetch_all(member.tenant, "SELECT name FROM organisations")
                for member in members
            ]
        assert "lost" not in {row.name for rows in names for row in rows}

    asyncio.run(story())


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_however_it_ends_the_connection_is_clean_and_serves_the_next(
    module_service_database_url: str, deed: Deed
) -> None:
    async def story() -> None:
        async with opened(module_service_database_url, 1) as (database, tenants):
            first, second = [await make_member(tenants) for _ in range(2)]
            await deed(tenants, first)
            async with database.reading() as lent:
                await expect_none(lent)
            await read(tenants, second)
            await read_in_one_round_trip(tenants, second)

    asyncio.run(story())


def test_an_error_that_is_swallowed_keeps_nothing(module_service_database_url: str) -> None:
    async def story() -> None:
        async with opened(module_service_database_url, 1) as (database, tenants):
            member = await make_member(tenants)
            async with tenants.transaction(member.tenant) as transaction:
                await transaction.execute(RENAMED, name="lost")
                with pytest.raises(psycopg.errors.UniqueViolation):
                    await transaction.execute(AGAIN, org_id=member.org_id)
            async with database.reading() as lent:
                await expect_none(lent)
            row = await tenants.fetch_optional(member.tenant, "SELECT name FROM organisations")
            assert row is not None
            assert row.name != "lost"

    asyncio.run(story())


def test_nobody_sees_nothing_after_somebody_on_the_same_connection(
    module_service_database_url: str,
) -> None:
    async def story() -> None:
        async with opened(module_service_database_url, 1) as (_, tenants):
            member = await make_member(tenants)
            await read(tenants, member)
            async with tenants.transaction(Tenant()) as nobody:
                await expect_none(nobody)
            assert await tenants.fetch_all(Tenant(), "SELECT org_id FROM organisations") == []

    asyncio.run(story())
