"""Jobs that do nothing, through Celery, Valkey and PostgreSQL: ``python -m benchmarks.jobs``.

Each is enqueued, sent, carried, taken and ended, in one worker; its ends are grouped. PostgreSQL
waits for its disk at every commit, as it does in use.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import uvloop

from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.entrypoints.embedded import running_postgres, running_valkey
from playhead.kernel.jobs import Lease, NewJob, enqueue
from playhead.kernel.jobs.celery_broker import CeleryBroker
from playhead.kernel.jobs.worker import JobWorker, WorkerOptions
from playhead.storage.migrate import migrate
from playhead.storage.postgres import Database
from playhead.storage.roles import open_service_role
from playhead.storage.tenants import Tenant, Tenants

KIND = "nothing"
WARM = 500
ORGANISATION = (
    "INSERT INTO organisations (org_id, name, created_at, updated_at)"
    " VALUES (%(org_id)s, 'bench', 0, 0)"
)


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


def main() -> None:
    """Measure on throw-away servers and print the figure."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_postgres(Path(folder) / "postgres", {}) as owner_url,
        running_valkey(Path(folder) / "valkey") as valkey_url,
    ):
        migrate(owner_url)
        service_url = open_service_role(owner_url, None)
        print(f"{uvloop.run(jobs_per_second(service_url, valkey_url)):,.0f} jobs a second")


if __name__ == "__main__":
    main()
