"""A process that serves HTTP, over servers that run already."""

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.processes import PREFIXES, STOP_SECONDS, free_ports
from playhead.entrypoints.supervisor.programs import API, command_of

START_SECONDS = 60.0
POLL_SECONDS = 0.02
API_COMMAND = command_of(API)
"""Runs the API's process as `playhead up` does."""

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
    environment = {k: v for k, v in os.environ.items() if not k.startswith(PREFIXES)} | {
        "PLAYHEAD_HOME": str(place.home),
        "PLAYHEAD_SERVICE_DATABASE_URL": place.database_url,
        "PLAYHEAD_VALKEY_URL": place.valkey_url,
        "PLAYHEAD_PORT": str(port),
        **chosen,
    }
    (place.home / "run").mkdir(parents=True, exist_ok=True)
    with (place.home / "serving.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_alive(process, port, place.home / "serving.log")
        yield Serving(port, process.pid)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)


def _wait_until_alive(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_alive(port):
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
