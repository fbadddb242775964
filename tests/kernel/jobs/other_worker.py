"""A worker in a process of its own: python -m tests.kernel.jobs.other_worker DATABASE VALKEY NAME.

Its jobs never end by themselves, and its leases are short.
"""

import asyncio
import sys

from playhead.kernel.jobs.worker import JobWorker, WorkerOptions
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from tests.kernel.jobs.stage import KIND, Recorder, hang, now


async def work(database_url: str, valkey_url: str, queue: str) -> None:
    async with Database.open(database_url) as database:
        worker = JobWorker(
            database,
            {KIND: Recorder(Tenants(database), hang)},
            WorkerOptions(name="other", lease_seconds=0.6, queue=queue),
            valkey_url=valkey_url,
            now=now,
        )
        await worker.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
