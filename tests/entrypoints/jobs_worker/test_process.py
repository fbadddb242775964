"""The worker as a process: what it says about itself, and how it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playhead.entrypoints.status_file import read_statuses
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from tests.entrypoints.jobs_worker.program import BESIDE
from tests.kernel.jobs.stage import all_in, in_loop, new_jobs, put, rows, until
from tests.kernel.stage import make_organisation

ROOT = Path(__file__).parents[3]


@contextmanager
def running(home: Path, database_url: str, valkey_url: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {
        "PLAYHEAD_HOME": str(home),
        "PLAYHEAD_DATABASE_URL": database_url,
        "PLAYHEAD_SERVICE_DATABASE_URL": database_url,
        "PLAYHEAD_VALKEY_URL": valkey_url,
    }
    command = [sys.executable, "-m", "tests.entrypoints.jobs_worker.program"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@in_loop
async def test_it_says_how_it_is_and_puts_back_what_it_has_when_it_is_stopped(
    tmp_path: Path, service_database_url: str, valkey_url: str
) -> None:
    async with Database.open(service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        await put(database, org_id, new_jobs(3))
        with running(tmp_path, service_database_url, valkey_url) as process:
            await until(lambda: all_in(database, org_id, "running"), 30)

            async def says_three() -> bool:
                return read_statuses(tmp_path).get("worker", {}).get("running") == 3

            await until(says_three, 5)
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0

        found = (await rows(database, org_id)).values()
        status = read_statuses(tmp_path)["worker"]
        assert {(row.state, row.attempts) for row in found} == {("queued", 0)}
        assert (status["state"], status["taken"], status["broker"]) == ("stopped", 3, "away")
        assert (tmp_path / BESIDE).read_text().count("begun") >= 1
