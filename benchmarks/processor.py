"""Seconds of processors that an ingest has used: less at the mercy of neighbours than the clock."""

import os
import time
from contextlib import suppress
from pathlib import Path

import psycopg


def processor_seconds(url: str) -> float:
    """Return what this process, its children and the server of its ingest have used so far.

    Where there is no ``/proc``, only this process is counted.
    """
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name LIKE '%ingest%'"
        ).fetchall()
    pids = [*_children(), *(pid for (pid,) in found)]
    return time.process_time() + sum(seconds_of_process(pid) for pid in pids)


def _children() -> list[int]:
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
            parent = file.read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                found.append(int(file.parent.name))
    return found


def seconds_of_process(pid: int) -> float:
    """Return what a process has used so far; 0 where there is no ``/proc``."""
    file = Path(f"/proc/{pid}/stat")
    if not file.exists():
        return 0.0
    user, system = file.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
