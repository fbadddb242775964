"""Counting the use of keys: nothing is lost, nothing is counted for somebody else."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from playhead.base.time import Micros
from playhead.kernel.api_keys import UsageTally, flushing
from playhead.kernel.api_keys.model import DAY
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from tests.kernel.api_keys.stage import Stage, new_stage, on_stage
from tests.kernel.stage import NOW

TODAY, TOMORROW = "2027-01-15", "2027-01-16"


def test_counts_of_several_processes_add_up(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        key_id = (await stage.key()).key.key_id
        for last in (Micros(NOW + 5), Micros(NOW + 2)):
            tally = UsageTally(stage.tenants)
            for _ in range(3):
                tally.count(stage.owner.org_id, key_id, last)
            assert await tally.flush()
            assert tally.waiting() == 0

        assert await stage.counted(key_id) == {TODAY: 6}
        key = await stage.reader.find(stage.owner.org_id, key_id)
        assert key.last_used_at == NOW + 5

    on_stage(module_service_database_url, act)


def test_days_and_organisations_are_counted_apart(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        other = await new_stage(stage.tenants)
        mine, theirs = (await stage.key()).key.key_id, (await other.key()).key.key_id
        tally = UsageTally(stage.tenants)
        tally.count(stage.owner.org_id, mine, NOW)
        tally.count(stage.owner.org_id, mine, Micros(NOW + DAY))
        tally.count(other.owner.org_id, theirs, NOW)

        assert await tally.flush()
        assert await stage.counted(mine) == {TODAY: 1, TOMORROW: 1}
        assert await other.counted(theirs) == {TODAY: 1}

    on_stage(module_service_database_url, act)


def test_two_processes_that_flush_the_same_keys_at_once_lose_nothing(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        keys = [(await stage.key()).key.key_id for _ in range(5)]
        tallies = [UsageTally(stage.tenants) for _ in range(4)]
        for _ in range(5):
            for tally, order in zip(tallies, (keys, keys[::-1]) * 2, strict=True):
                for key_id in order:
                    tally.count(stage.owner.org_id, key_id, NOW)
            assert all(await asyncio.gather(*(tally.flush() for tally in tallies)))

        assert [await stage.counted(key_id) for key_id in keys] == [{TODAY: 20}] * 5

    on_stage(module_service_database_url, act)


def test_what_a_flush_could_not_write_goes_with_the_next(
    service_database_url: str, database_url: str
) -> None:
    async def act(stage: Stage) -> None:
        other = await new_stage(stage.tenants)
        mine, theirs = (await stage.key()).key.key_id, (await other.key()).key.key_id
        tally = UsageTally(stage.tenants)
        tally.count(stage.owner.org_id, mine, NOW)
        tally.count(other.owner.org_id, theirs, NOW)
        with psycopg.connect(database_url, autocommit=True) as owner:
            owner.execute("REVOKE INSERT ON api_key_usage FROM playhead_service")
            assert not await tally.flush()
            tally.count(stage.owner.org_id, mine, Micros(NOW + 1))
            assert tally.waiting() == 3
            owner.execute("GRANT INSERT ON api_key_usage TO playhead_service")

        assert await tally.flush()
        assert await stage.counted(mine) == {TODAY: 2}
        assert await other.counted(theirs) == {TODAY: 1}

    on_stage(service_database_url, act)


def test_a_flush_without_a_database_keeps_the_counts(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        key_id = (await stage.key()).key.key_id
        nowhere = "postgresql://playhead_service@127.0.0.1:1/playhead?connect_timeout=1"
        async with Database.open(nowhere, connections=1) as database:
            tally = UsageTally(Tenants(database))
            tally.count(stage.owner.org_id, key_id, NOW)
            flush = asyncio.create_task(tally.flush())
            await asyncio.sleep(0.05)
            flush.cancel()
            with pytest.raises(asyncio.CancelledError):
                await flush
            assert tally.waiting() == 1

    on_stage(module_service_database_url, act)


def test_a_key_that_is_gone_holds_nothing_up(module_service_database_url: str) -> None:
    async def act(stage: Stage) -> None:
        mine, theirs = (
            (await stage.key()).key.key_id,
            (await new_stage(stage.tenants)).owner.user_id,
        )
        tally = UsageTally(stage.tenants)
        tally.count(stage.owner.org_id, mine, NOW)
        tally.count(stage.owner.org_id, theirs, NOW)

        assert await tally.flush()
        assert tally.waiting() == 0
        assert await stage.counted(mine) == {TODAY: 1}

    on_stage(module_service_database_url, act)


def test_what_is_kept_is_bounded_and_what_is_not_counted_is_known(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        one, two = (await stage.key()).key.key_id, (await stage.key()).key.key_id
        tally = UsageTally(stage.tenants, most=1)
        for key_id in (one, two, one):
            tally.count(stage.owner.org_id, key_id, NOW)

        tally.count(uuid4(), uuid4(), NOW)  # of an organisation of which nothing is held

        assert (tally.waiting(), tally.uncounted) == (2, 2)
        assert await tally.flush()
        assert (tally.waiting(), tally.uncounted) == (0, 0)
        assert await stage.counted(one) == {TODAY: 2}

    on_stage(module_service_database_url, act)


def test_counts_are_written_again_and_again_and_when_the_process_stops(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        key_id = (await stage.key()).key.key_id
        tally = UsageTally(stage.tenants)
        async with flushing(tally, seconds=0.01, stop_seconds=60):
            tally.count(stage.owner.org_id, key_id, NOW)
            async with asyncio.timeout(60):
                while await stage.counted(key_id) != {TODAY: 1}:
                    await asyncio.sleep(0.01)
            tally.count(stage.owner.org_id, key_id, NOW)

        assert await stage.counted(key_id) == {TODAY: 2}

    on_stage(module_service_database_url, act)


def test_stopping_in_the_middle_of_a_flush_counts_nothing_twice(
    module_service_database_url: str,
) -> None:
    async def act(stage: Stage) -> None:
        key_id = (await stage.key()).key.key_id
        for turn in range(1, 11):
            tally = UsageTally(stage.tenants)
            async with flushing(tally, seconds=0, stop_seconds=60):
                tally.count(stage.owner.org_id, key_id, NOW)
                await asyncio.sleep(turn / 5000)  # into the flush, a little further each time
            assert await stage.counted(key_id) == {TODAY: turn}

    on_stage(module_service_database_url, act)
