"""Real workers, Celery, Valkey and PostgreSQL: what may happen to a message or a worker."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from playhead.entrypoints.embedded import running_valkey
from playhead.kernel.jobs import ValkeyBell
from playhead.kernel.jobs.celery_broker import CeleryBroker
from playhead.kernel.jobs.dispatch import OVERDUE
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from playhead.storage.valkey import Valkey, client_url
from tests.kernel.jobs.stage import (
    Recorder,
    all_in,
    hang,
    in_loop,
    new_jobs,
    put,
    rows,
    succeed,
    until,
    working,
)
from tests.kernel.stage import make_organisation

pytestmark = pytest.mark.usefixtures("no_jobs")

ROOT = Path(__file__).parents[3]


@pytest.fixture
def queue(request: pytest.FixtureRequest) -> str:
    """A queue of the test's own, in a Valkey that others use."""
    return f"test.{request.node.name}"


async def is_carried(worker: object) -> bool:
    """Return whether Celery has brought something to ``worker``."""
    broker = getattr(worker, "broker", None)
    return isinstance(broker, CeleryBroker) and broker.received > 0


@in_loop
async def test_a_message_that_is_delivered_twice_or_late_runs_its_jobs_once(
    module_service_database_url: str, valkey_url: str, queue: str
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        handler = Recorder(Tenants(database), succeed)
        async with working(database, handler, valkey_url=valkey_url, queue=queue) as worker:
            ids = await put(database, org_id, new_jobs(20))
            await until(lambda: all_in(database, org_id, "succeeded"))
            await until(lambda: is_carried(worker))
            assert isinstance(worker.broker, CeleryBroker)
            before = worker.broker.received
            for _ in range(3):
                await worker.broker.send(ids)
            async with asyncio.timeout(5):
                while worker.broker.received < before + 60:
                    await asyncio.sleep(0.01)

        assert sorted(handler.began) == sorted(ids)
        assert {row.token for row in (await rows(database, org_id)).values()} == {1}


@in_loop
async def test_the_bell_makes_a_job_start_much_sooner_than_the_poll(
    module_service_database_url: str, valkey_url: str, queue: str
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        handler = Recorder(Tenants(database), succeed)
        async with (
            Valkey.open(valkey_url) as valkey,
            working(database, handler, valkey_url=valkey_url, queue=queue) as worker,
        ):
            await put(database, org_id, new_jobs(1))
            await until(lambda: is_carried(worker))  # all is connected by now
            waits = []
            for _ in range(10):
                await put(database, org_id, new_jobs(1))
                await ValkeyBell(valkey, queue).ring()
                waits.append(await until(lambda: all_in(database, org_id, "succeeded")))

        assert sorted(waits)[5] < 0.1


@in_loop
async def test_messages_that_are_lost_delay_their_jobs_and_no_more(
    module_service_database_url: str, valkey_url: str, queue: str
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        handler = Recorder(Tenants(database), succeed)
        ids = await put(database, org_id, new_jobs(5))
        async with database.reading() as connection:  # sent, to where nobody ever looks
            sent = await connection.fetch_all(
                "SELECT job_id FROM lend_jobs(%(now)s::bigint, 100, 32, NULL)", now=2**60
            )
        assert {row.job_id for row in sent} >= set(ids)
        async with working(database, handler, valkey_url=valkey_url, queue=queue):
            await _age(database, org_id)
            assert await until(lambda: all_in(database, org_id, "succeeded")) < 2

        assert sorted(handler.began) == sorted(ids)


@in_loop
async def test_jobs_run_without_valkey_and_celery_carries_again_once_it_is_back(
    module_service_database_url: str, tmp_path: Path, queue: str
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        handler = Recorder(Tenants(database), succeed)
        servers = running_valkey(tmp_path)
        url = servers.__enter__()
        async with working(database, handler, valkey_url=url, queue=queue) as worker:
            await put(database, org_id, new_jobs(3))
            await until(lambda: is_carried(worker))
            servers.__exit__(None, None, None)

            await put(database, org_id, new_jobs(3))
            await until(lambda: all_in(database, org_id, "succeeded"), 5)
            assert not worker.broker.is_up

            with running_valkey(tmp_path):
                assert isinstance(worker.broker, CeleryBroker)
                worker.broker.received = 0

                async def is_carried_again() -> bool:
                    await put(database, org_id, new_jobs(1))
                    await asyncio.sleep(0.1)
                    return await is_carried(worker)

                await until(is_carried_again, 10)
            await until(lambda: all_in(database, org_id, "succeeded"), 5)

        assert len(handler.began) == len(set(handler.began)) == len(await rows(database, org_id))


@in_loop
async def test_what_a_killed_worker_had_another_finishes_once(
    module_service_database_url: str, valkey_url: str, queue: str
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        command = [sys.executable, "-m", "tests.kernel.jobs.other_worker"]
        killed = subprocess.Popen(
            [*command, module_service_database_url, valkey_url, queue], cwd=ROOT
        )
        ids = await put(database, org_id, new_jobs(10))
        await until(lambda: all_in(database, org_id, "running"), 20)
        killed.kill()
        killed.wait()
        handler = Recorder(Tenants(database), succeed)
        async with working(database, handler, valkey_url=valkey_url, queue=queue):
            await until(lambda: all_in(database, org_id, "succeeded"))

        found = (await rows(database, org_id)).values()
        assert sorted(handler.began) == sorted(ids)
        assert {(row.attempts, row.token, row.worker) for row in found} == {(2, 2, "here")}


@in_loop
async def test_a_full_worker_fetches_no_more_than_one_message(
    module_service_database_url: str, valkey_url: str, queue: str
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        handler = Recorder(Tenants(database), hang)
        async with working(
            database, handler, valkey_url=valkey_url, queue=queue, slots=2
        ) as worker:
            await put(database, org_id, new_jobs(30))
            await until(lambda: _runs(handler, 2))
            with Redis.from_url(client_url(valkey_url)) as client:
                await until(lambda: is_carried(worker))
                assert client.hlen("unacked") <= 1
            sent = [row for row in (await rows(database, org_id)).values() if row.sent_at]

        assert len(handler.began) == 2
        assert len(sent) <= 18
        assert {row.state for row in (await rows(database, org_id)).values()} == {"queued"}


async def _runs(handler: Recorder, count: int) -> bool:
    return len(handler.began) >= count


async def _age(database: Database, org_id: object) -> None:
    """Let what was sent have been sent long ago."""
    async with database.transaction() as transaction:
        await transaction.execute(
            "SELECT set_config('app.org_id', %(org_id)s, true)", org_id=str(org_id)
        )
        await transaction.execute("UPDATE jobs SET sent_at = due_at - %(ago)s", ago=2 * OVERDUE)
