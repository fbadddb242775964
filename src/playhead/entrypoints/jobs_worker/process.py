"""The process that does jobs, as the role that serves requests."""

import asyncio
import importlib
import logging
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from typing import Any, cast

import uvloop

from playhead.base.errors import Unavailable
from playhead.base.time import Micros
from playhead.entrypoints.databases import service_database_url, valkey_address
from playhead.entrypoints.http import refuse_unsafe_role
from playhead.entrypoints.jobs_worker.work import OpenWork, Work
from playhead.entrypoints.kernel import Ground
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.entrypoints.status_file import write_status
from playhead.kernel.jobs.worker import JobWorker, WorkerOptions
from playhead.storage.postgres import Database
from playhead.storage.roles import check_connection
from playhead.storage.valkey import Valkey

NAME = "worker"
WORK = "playhead.entrypoints.automation.working"
CONNECTIONS = 16
STATUS_SECONDS = 1.0
RESTART_SECONDS = 1.0
_log = logging.getLogger(__name__)


def main(settings: Settings) -> None:
    """Do jobs until SIGTERM or SIGINT; those under way then get a few seconds to finish."""
    run_worker(settings, new_options())


def new_options(**chosen: Any) -> WorkerOptions:
    """Return the options of a worker whose name no other has; ``chosen`` ones differ."""
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
    return WorkerOptions(name=name, **chosen)


def run_worker(
    settings: Settings, options: WorkerOptions, open_work: OpenWork | None = None
) -> None:
    """Do jobs until SIGTERM or SIGINT.

    Args:
        open_work: What there is to do; None for all that Playhead knows.

    Raises:
        ServiceRoleUnsafe: The database's role could see past row-level security.
    """
    work = open_work or cast(OpenWork, importlib.import_module(WORK).open_work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, options, work))


async def _serve(settings: Settings, options: WorkerOptions, open_work: OpenWork) -> None:
    url, sealer = service_database_url(settings), open_sealer(settings)
    refuse_unsafe_role(url)
    stop = _stop_on_signals()
    async with (
        Database.open(url, check=check_connection, connections=CONNECTIONS) as database,
        Valkey.open(valkey_address(settings)) as valkey,
        open_work(Ground(settings, database, valkey, sealer, _now)) as work,
    ):
        worker = JobWorker(
            database, work.handlers, options, valkey_url=valkey_address(settings), now=_now
        )
        print(f"worker {options.name} does {options.slots} jobs at a time", flush=True)
        await _work(worker, work, stop, settings)
    _say(settings, worker, "stopped")


async def _work(worker: JobWorker, work: Work, stop: asyncio.Event, settings: Settings) -> None:
    beside = [asyncio.create_task(_again_and_again(loop)) for loop in work.loops]
    status = asyncio.create_task(_tell(settings, worker, stop))
    doing = asyncio.create_task(worker.run(stop))
    try:
        await asyncio.wait([doing, asyncio.create_task(stop.wait())], return_when="FIRST_COMPLETED")
        for task in beside:  # first of all nothing new
            task.cancel()
        await doing
    finally:
        for task in (*beside, status):
            task.cancel()
        await asyncio.gather(*beside, status, return_exceptions=True)


async def _again_and_again(loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while True:
        try:
            await loop()
        except Unavailable as error:
            _log.warning("%s waits: %s", loop, error.message)
        except Exception:  # noqa: BLE001 -- the supervision point: one loop must not end the others
            _log.exception("%s ended and is started again", loop)
        await asyncio.sleep(RESTART_SECONDS)


async def _tell(settings: Settings, worker: JobWorker, stop: asyncio.Event) -> None:
    while True:
        _say(settings, worker, "stopping" if stop.is_set() else "running")
        await asyncio.sleep(STATUS_SECONDS)


def _say(settings: Settings, worker: JobWorker, state: str) -> None:
    try:
        write_status(settings.home, NAME, {"state": state, **worker.numbers()})
    except OSError:
        # A full disk is no reason to stop working; the status then grows old, which shows.
        _log.warning("the status cannot be written", exc_info=True)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _now() -> Micros:
    return Micros(time.time_ns() // 1000)
