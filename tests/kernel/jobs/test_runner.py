"""What becomes of a job, whatever its handler does. Workers find jobs without a broker."""

import asyncio
from uuid import UUID

import pytest

from playhead.base.time import Micros
from playhead.kernel.jobs import Lease, LeaseLost, ask_to_cancel
from playhead.kernel.jobs.repository import JobRows
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.jobs.stage import (
    Recorder,
    all_in,
    hang,
    in_loop,
    new_jobs,
    now,
    put,
    rows,
    succeed,
    until,
    working,
)
from tests.kernel.stage import make_organisation

pytestmark = pytest.mark.usefixtures("no_jobs")


async def cancel(database: Database, org_id: UUID, job_ids: list[UUID]) -> frozenset[UUID]:
    async with Tenants(database).transaction(Tenant(org_id)) as transaction:
        return await ask_to_cancel(transaction, job_ids, now=now())


@in_loop
async def test_each_job_is_done_once_and_only_so_many_at_a_time(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        running = most = 0

        async def count(lease: Lease) -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await lease.succeed_alone()
            running -= 1

        handler = Recorder(Tenants(database), count)
        async with working(database, handler, slots=8):
            ids = await put(database, org_id, new_jobs(150))
            await until(lambda: all_in(database, org_id, "succeeded"))

        assert sorted(handler.began) == sorted(ids)
        assert most <= 8


@in_loop
async def test_when_workers_die_with_a_job_again_and_again_it_is_given_up(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        handler = Recorder(Tenants(database), succeed)
        [job_id] = await put(database, org_id, new_jobs(1, most_attempts=1))
        past = Micros(now() - 1)
        await JobRows(database).take([job_id], worker="dead", now=now(), lease_until=past)
        async with working(database, handler):
            await until(lambda: all_in(database, org_id, "failed"))

        assert (handler.began, handler.given_up) == (
            [],
            [(job_id, "its worker was lost too often", False)],
        )


@in_loop
async def test_jobs_that_ended_long_ago_are_forgotten_and_no_others(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id, jobs = await make_organisation(Tenants(database)), JobRows(database)
        old, new, open_ = await put(database, org_id, new_jobs(3))
        await cancel(database, org_id, [old])
        before = now()
        await cancel(database, org_id, [new])

        assert await jobs.forget(before=before, most=10) == 1
        assert set(await rows(database, org_id)) == {new, open_}


@in_loop
async def test_an_end_counts_if_and_only_if_its_transaction_commits(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        tenants = Tenants(database)
        org_id = await make_organisation(tenants)

        async def end(lease: Lease) -> None:
            async with tenants.transaction(Tenant(org_id)) as transaction:
                await lease.hold(transaction)
                await lease.succeed(transaction)
                if lease.job.attempt == 1:
                    raise RuntimeError("the power fails before the commit")

        async with working(database, Recorder(tenants, end)):
            [job_id] = await put(database, org_id, new_jobs(1))
            await until(lambda: _error_of(database, org_id, job_id))

        row = (await rows(database, org_id))[job_id]
        assert (row.state, row.attempts, row.last_error) == (
            "queued",
            1,
            "RuntimeError: the power fails before the commit",
        )
        assert row.due_at > now()


@in_loop
async def test_after_the_last_attempt_the_handler_is_told_to_give_up(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))

        async def forget_to_end(lease: Lease) -> None:
            return

        handler = Recorder(Tenants(database), forget_to_end)
        async with working(database, handler):
            [job_id] = await put(database, org_id, new_jobs(1, most_attempts=1))
            await until(lambda: all_in(database, org_id, "failed"))

        assert handler.given_up == [(job_id, "its handler did not end it", False)]


@in_loop
async def test_a_job_that_this_worker_does_not_know_waits_for_another(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        async with working(database, Recorder(Tenants(database), succeed)):
            [job_id] = await put(database, org_id, new_jobs(1, kind="other"))
            await until(lambda: _error_of(database, org_id, job_id))

        row = (await rows(database, org_id))[job_id]
        assert row.state == "queued"
        assert "knows no jobs of kind 'other'" in row.last_error


@in_loop
async def test_who_runs_is_cancelled_within_half_a_second_and_keeps_what_there_is(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        tenants = Tenants(database)
        org_id = await make_organisation(tenants)
        told = asyncio.Event()

        async def until_cancelled(lease: Lease) -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                assert lease.cancel_asked
                told.set()
                async with tenants.transaction(Tenant(org_id)) as transaction:
                    await lease.cancel(transaction)

        handler = Recorder(tenants, until_cancelled)
        async with working(database, handler):
            ids = await put(database, org_id, new_jobs(1))
            await until(lambda: _have_begun(handler, 1))
            assert await cancel(database, org_id, ids) == frozenset()
            async with asyncio.timeout(0.5):
                await told.wait()
            await until(lambda: all_in(database, org_id, "cancelled"))

        assert handler.given_up == []


@in_loop
async def test_a_handler_that_only_lets_the_cancellation_out_is_told_to_give_up(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        handler = Recorder(Tenants(database), hang)
        async with working(database, handler):
            ids = await put(database, org_id, new_jobs(1))
            await until(lambda: _have_begun(handler, 1))
            await cancel(database, org_id, ids)
            await until(lambda: all_in(database, org_id, "cancelled"))

        assert handler.given_up == [(ids[0], "it was cancelled", True)]


@pytest.mark.parametrize("fails", [False, True], ids=["puts_it_off", "fails"])
@in_loop
async def test_who_is_cancelled_while_it_puts_itself_off_is_not_waited_for(
    module_service_database_url: str, fails: bool
) -> None:
    async with Database.open(module_service_database_url) as database:
        tenants = Tenants(database)
        org_id = await make_organisation(tenants)

        async def put_off(lease: Lease) -> None:
            await cancel(database, org_id, [lease.job.job_id])  # nobody has told us yet
            if fails:
                raise ValueError("no luck")
            async with tenants.transaction(Tenant(org_id)) as transaction:
                await lease.retry(transaction, at=Micros(now() + 600_000_000), error="later")

        handler = Recorder(tenants, put_off)
        async with working(database, handler):
            ids = await put(database, org_id, new_jobs(1))
            await until(lambda: all_in(database, org_id, "cancelled"), 0.9)

        assert (len(handler.began), handler.given_up) == (1, [(ids[0], "it was cancelled", True)])


@in_loop
async def test_who_waits_is_cancelled_at_once_and_never_begins(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        ids = await put(database, org_id, new_jobs(3))

        assert await cancel(database, org_id, ids) == frozenset(ids)
        assert await cancel(database, org_id, ids) == frozenset()
        assert (
            await JobRows(database).take(ids, worker="w", now=now(), lease_until=Micros(now() + 1))
            == []
        )


@in_loop
async def test_what_does_not_end_in_time_is_put_back_and_its_attempt_does_not_count(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        handler = Recorder(Tenants(database), hang)
        async with working(database, handler, drain_seconds=0.05):
            ids = await put(database, org_id, new_jobs(3))
            await until(lambda: _have_begun(handler, 3))

        found = (await rows(database, org_id)).values()
        assert [(row.state, row.attempts, row.token) for row in found] == [("queued", 0, 1)] * 3
        await cancel(database, org_id, ids)


@in_loop
async def test_who_lost_the_lease_is_stopped_and_can_write_nothing(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        tenants = Tenants(database)
        org_id = await make_organisation(tenants)
        refused: list[str] = []

        async def write_late(lease: Lease) -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                assert not lease.cancel_asked
                for write in (lease.hold, lease.succeed, lease.cancel):
                    with pytest.raises(LeaseLost):
                        async with tenants.transaction(Tenant(org_id)) as transaction:
                            await write(transaction)
                    refused.append(write.__name__)
                raise

        handler = Recorder(tenants, write_late)
        jobs = JobRows(database)
        async with working(database, handler):
            ids = await put(database, org_id, new_jobs(1))
            await until(lambda: _have_begun(handler, 1))
            far = Micros(now() + 3600 * 10**6)
            await jobs.reap(now=far, most=10)
            [other] = await jobs.take(ids, worker="other", now=now(), lease_until=far)
            async with asyncio.timeout(3):
                while len(refused) < 3:
                    await asyncio.sleep(0.01)

        row = (await rows(database, org_id))[ids[0]]
        assert (row.state, row.token, row.worker) == ("running", other.token, "other")


@in_loop
async def test_a_job_that_comes_back_to_the_worker_that_lost_it_stops_its_first_attempt(
    module_service_database_url: str,
) -> None:
    async with Database.open(module_service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        stopped = asyncio.Event()

        async def hang_at_first(lease: Lease) -> None:
            if lease.job.attempt > 1:
                await succeed(lease)
                return
            try:
                await hang(lease)
            finally:
                stopped.set()

        async with working(database, Recorder(Tenants(database), hang_at_first)) as worker:
            await put(database, org_id, new_jobs(1))
            await until(lambda: all_in(database, org_id, "running"))
            await JobRows(database).reap(now=Micros(now() + 3600 * 10**6), most=10)
            await until(lambda: all_in(database, org_id, "succeeded"))
            async with asyncio.timeout(3):
                await stopped.wait()
                while worker.numbers()["running"]:
                    await asyncio.sleep(0.01)


async def _error_of(database: Database, org_id: UUID, job_id: UUID) -> bool:
    return (await rows(database, org_id))[job_id].last_error is not None


async def _have_begun(handler: Recorder, count: int) -> bool:
    return len(handler.began) >= count
