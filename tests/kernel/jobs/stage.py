"""Jobs for tests, and workers to do them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.jobs import Handler, Lease, NewJob, enqueue
from playhead.kernel.jobs.worker import JobWorker, WorkerOptions
from playhead.storage.postgres import Database, Row
from playhead.storage.tenants import Tenant, Tenants

KIND = "test"


def in_loop(story: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Make a test of a coroutine function."""

    @wraps(story)
    def test(*arguments: object, **fixtures: object) -> None:
        asyncio.run(story(*arguments, **fixtures))

    return test


def now() -> Micros:
    return Micros(time.time_ns() // 1000)


def new_jobs(
    count: int, *, due_at: Micros | None = None, kind: str = KIND, most_attempts: int = 3
) -> list[NewJob]:
    at = now() if due_at is None else due_at
    return [NewJob(new_uuid(at), kind, uuid4(), at, most_attempts) for _ in range(count)]


async def put(database: Database, org_id: UUID, jobs: Sequence[NewJob]) -> list[UUID]:
    """Enqueue ``jobs`` in a transaction of their own and return their ids."""
    async with Tenants(database).transaction(Tenant(org_id)) as transaction:
        await enqueue(transaction, org_id, jobs, now=now())
    return [job.job_id for job in jobs]


async def rows(database: Database, org_id: UUID) -> dict[UUID, Row]:
    """Return all jobs of an organisation."""
    found = await Tenants(database).fetch_all(Tenant(org_id), "SELECT * FROM jobs")
    return {row.job_id: row for row in found}


async def until(claim: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> float:
    """Return after how many seconds ``claim`` became true."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        while not await claim():
            await asyncio.sleep(0.01)
    return time.monotonic() - began


async def all_in(database: Database, org_id: UUID, state: str) -> bool:
    """Return whether all jobs of an organisation are in ``state``."""
    return {row.state for row in (await rows(database, org_id)).values()} <= {state}


class Recorder:
    """A handler that notes what it is asked, and does what it is told to."""

    def __init__(self, tenants: Tenants, then: Callable[[Lease], Awaitable[None]]) -> None:
        self.tenants = tenants
        self.then = then
        self.began: list[UUID] = []
        self.given_up: list[tuple[UUID, str, bool]] = []

    async def run(self, lease: Lease) -> None:
        self.began.append(lease.job.job_id)
        await self.then(lease)

    async def give_up(self, lease: Lease, error: str) -> None:
        self.given_up.append((lease.job.job_id, error, lease.cancel_asked))
        async with self.tenants.transaction(Tenant(lease.job.org_id)) as transaction:
            if lease.cancel_asked:
                await lease.cancel(transaction)
            else:
                await lease.fail(transaction, error)


async def succeed(lease: Lease) -> None:
    await lease.succeed_alone()


async def hang(lease: Lease) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def working(
    database: Database,
    handler: Handler,
    *,
    valkey_url: str | None = None,
    **chosen: float | str,
) -> AsyncIterator[JobWorker]:
    """Run a worker in this loop until the end, which drains it."""
    given: dict[str, object] = {"name": "here", "drain_seconds": 0.0, **chosen}
    worker = JobWorker(
        database,
        {KIND: handler},
        WorkerOptions(**given),  # type: ignore[arg-type]
        valkey_url=valkey_url,
        now=now,
    )
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield worker
    finally:
        stop.set()
        await task
