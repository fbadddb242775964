"""A process that serves HTTP, over servers that run already."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.processes import PREFIXES, STOP_SECONDS, free_ports
from playhead.entrypoints.supervisor.programs import API, WORKER, command_of

START_SECONDS = 60.0
POLL_SECONDS = 0.02
API_COMMAND = command_of(API)
"""Runs the API's process as `playhead up` does."""
WORKER_COMMAND = command_of(WORKER)

Command = Sequence[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process keeps its state, and the servers that it works with.

    Attributes:
        database_url: The database for the role that serves requests.
    """

    home: Path
    database_url: str
    valkey_url: str


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that answers on a port of this machine."""

    port: int
    process_id: int


@contextmanager
def serving(place: Place, command: Command = API_COMMAND, **chosen: str) -> Iterator[Serving]:
    """Run ``command`` with ``chosen`` settings until the end; it is given when it answers."""
    (port,) = free_ports(1)
    chosen = {"PLAYHEAD_PORT": str(port), **chosen}
    with running(place, command, lambda: _is_alive(port), chosen) as process:
        yield Serving(port, process.pid)


@contextmanager
def working(place: Place, **chosen: str) -> Iterator[int]:
    """Run a worker as `playhead up` does, until the end; its process's id is given."""
    status = place.home / "run" / f"{WORKER}.json"
    status.unlink(missing_ok=True)
    with running(place, WORKER_COMMAND, status.exists, chosen) as process:
        yield process.pid


@contextmanager
def running(
    place: Place, command: Command, is_up: Callable[[], bool], chosen: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``command`` until the end; it is given once ``is_up``."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIXES)} | {
        "PLAYHEAD_HOME": str(place.home),
        "PLAYHEAD_SERVICE_DATABASE_URL": place.database_url,
        "PLAYHEAD_VALKEY_URL": place.valkey_url,
        **chosen,
    }
    (place.home / "run").mkdir(parents=True, exist_ok=True)
    with (place.home / "serving.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until(is_up, process, place.home / "serving.log")
        yield process
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _wait_until(is_up: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_up():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(POLL_SECONDS)


def _is_alive(port: int) -> bool:
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
