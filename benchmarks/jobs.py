"""Jobs that do nothing, through Celery, Valkey and PostgreSQL, and by plain means beside them.

Each is enqueued, sent, carried, taken and ended, in one worker; its ends are grouped. PostgreSQL
waits for its disk at every commit, as it does in use.
"""

import asyncio
import time
from statistics import median
from uuid import uuid4

import uvloop

from benchmarks.plain_jobs import rows_per_second, tasks_per_second
from benchmarks.report import Row
from benchmarks.stats import times
from benchmarks.workshop import Workshop
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.entrypoints.embedded import running_valkey
from playhead.kernel.jobs import Lease, NewJob, enqueue
from playhead.kernel.jobs.celery_broker import CeleryBroker
from playhead.kernel.jobs.worker import JobWorker, WorkerOptions
from playhead.storage.postgres import Database
from playhead.storage.roles import open_service_role
from playhead.storage.tenants import Tenant, Tenants

KIND = "nothing"
WARM = 500
ORGANISATION = (
    "INSERT INTO organisations (org_id, name, created_at, updated_at)"
    " VALUES (%(org_id)s, 'bench', 0, 0)"
)


def measure(shop: Workshop) -> list[Row]:
    """Do jobs in one worker, and by plain means, in turns."""
    jobs, owner = shop.sizes.jobs, shop.new_database()
    service, ours, rows, tasks = open_service_role(owner, None), [], [], []
    with running_valkey(shop.folder / "valkey of jobs") as valkey:
        for _ in range(shop.sizes.repeats):
            shop.tell(f"{jobs:,} jobs that do nothing, and as many by plain means")
            ours.append(uvloop.run(jobs_per_second(service, valkey, jobs=jobs)))
            rows.append(uvloop.run(rows_per_second(owner, jobs // 4)))
            tasks.append(tasks_per_second(valkey, jobs // 4))
    done, plain, carried = median(ours), median(rows), median(tasks)
    return [
        Row(
            "jobs that do nothing, one worker",
            f"{done:,.0f}/s ({min(ours):,.0f} to {max(ours):,.0f})",
            beside=f"SKIP LOCKED alone: {plain:,.0f}/s, Celery alone: {carried:,.0f}/s",
            ratio=f"{times(done, plain)}, {times(done, carried)}",
            aim=">= 2,000/s",
        )
    ]


class Nothing:
    """Ends each job at once, and tells when the last one has ended."""

    def __init__(self, jobs: int) -> None:
        self.left = jobs
        self.warm = asyncio.Event()
        self.done = asyncio.Event()
        self._warm_at = max(jobs - WARM, 1)

    async def run(self, lease: Lease) -> None:
        await lease.succeed_alone()
        self.left -= 1
        if self.left == self._warm_at:
            self.warm.set()
        if self.left == 0:
            self.done.set()

    async def give_up(self, lease: Lease, error: str) -> None:
        raise AssertionError(error)


async def jobs_per_second(
    service_url: str, valkey_url: str, *, jobs: int = 10_000, organisations: int = 8
) -> float:
    """Return how many no-op jobs one worker does in a second, once it is warm."""
    async with Database.open(service_url) as database:
        for _ in range(organisations):
            await _enqueue(Tenants(database), jobs // organisations)
        nothing, stop = Nothing(jobs // organisations * organisations), asyncio.Event()
        options = WorkerOptions(name="bench", queue=f"bench.{uuid4()}")
        worker = JobWorker(database, {KIND: nothing}, options, valkey_url=valkey_url, now=_now)
        working = asyncio.create_task(worker.run(stop))
        await nothing.warm.wait()
        began, left = time.perf_counter(), nothing.left
        await nothing.done.wait()
        speed = left / (time.perf_counter() - began)
        assert isinstance(worker.broker, CeleryBroker)
        assert worker.broker.received >= jobs * 0.9, "they did not go through the broker"
        stop.set()
        await working
    return speed


async def _enqueue(tenants: Tenants, count: int) -> None:
    org_id, now = new_uuid(_now()), _now()
    jobs = [NewJob(new_uuid(now), KIND, uuid4(), now) for _ in range(count)]
    async with tenants.transaction(Tenant(org_id)) as transaction:
        await transaction.execute(ORGANISATION, org_id=org_id)
        await enqueue(transaction, org_id, jobs, now=now)


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)
