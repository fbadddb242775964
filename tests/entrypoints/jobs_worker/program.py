"""The worker process with jobs that last: python -m ...program, its settings in the environment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playhead.entrypoints.jobs_worker import Work, new_options, run_worker
from playhead.entrypoints.kernel import Ground
from playhead.entrypoints.settings import load_settings
from playhead.storage.tenants import Tenants
from tests.kernel.jobs.stage import KIND, Recorder, hang

BESIDE = "beside"


@asynccontextmanager
async def open_work(ground: Ground) -> AsyncIterator[Work]:
    async def fail_at_first() -> None:
        with (ground.settings.home / BESIDE).open("a") as notes:
            notes.write("begun\n")
        raise RuntimeError("a loop that fails")

    handler = Recorder(Tenants(ground.database), hang)
    yield Work({KIND: handler}, [fail_at_first])


if __name__ == "__main__":
    run_worker(load_settings(), new_options(drain_seconds=0.1), open_work)
