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
from pathlib import Path
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
from playhead.entrypoints.status_file import run_folder, write_status
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
    settings: Settings,
    options: WorkerOptions,
    open_work: OpenWork | None = None,
    *,
    status_name: str = NAME,
) -> None:
    """Do jobs until SIGTERM or SIGINT.

    Args:
        open_work: What there is to do; None for all that Playhead knows.
        status_name: Of its status file; any but the supervised worker's is removed at the end.

    Raises:
        ServiceRoleUnsafe: The database's role could see past row-level security.
    """
    work = open_work or cast(OpenWork, importlib.import_module(WORK).open_work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, options, work, status_name))


async def _serve(
    settings: Settings, options: WorkerOptions, open_work: OpenWork, name: str
) -> None:
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
        await _work(worker, work, stop, _Status(settings.home, name, worker))


async def _work(worker: JobWorker, work: Work, stop: asyncio.Event, status: "_Status") -> None:
    beside = [asyncio.create_task(_again_and_again(loop)) for loop in work.loops]
    telling = asyncio.create_task(status.tell(stop))
    doing = asyncio.create_task(worker.run(stop))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([doing, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in beside:  # first of all nothing new
            task.cancel()
        await doing
    finally:
        helpers: list[asyncio.Task[Any]] = [*beside, telling, stopping]
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        status.end()


async def _again_and_again(loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
    while True:
        try:
            await loop()
        except Unavailable as error:
            _log.warning("%s waits: %s", loop, error.message)
        except Exception:  # noqa: BLE001 -- the supervision point: one loop must not end the others
            _log.exception("%s ended and is started again", loop)
        await asyncio.sleep(RESTART_SECONDS)


class _Status:
    """What the worker says about itself once a second."""

    def __init__(self, home: Path, name: str, worker: JobWorker) -> None:
        self._home = home
        self._name = name
        self._worker = worker

    async def tell(self, stop: asyncio.Event) -> None:
        while True:
            self._write("stopping" if stop.is_set() else "running")
            await asyncio.sleep(STATUS_SECONDS)

    def end(self) -> None:
        if self._name == NAME:
            self._write("stopped")
        else:
            (run_folder(self._home) / f"{self._name}.json").unlink(missing_ok=True)

    def _write(self, state: str) -> None:
        try:
            run_folder(self._home).mkdir(parents=True, exist_ok=True)
            write_status(self._home, self._name, {"state": state, **self._worker.numbers()})
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
