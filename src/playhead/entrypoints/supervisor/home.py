"""The folder that holds all state: made, checked, and locked for one Playhead at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playhead.entrypoints.status_file import run_folder
from playhead.entrypoints.supervisor.errors import AlreadyRunning, DiskFull, HomeUnusable

LEAST_FREE_MEGABYTES = 500
PRIVATE = 0o700


@contextmanager
def locked_home(home: Path, *, least_free: int = LEAST_FREE_MEGABYTES) -> Iterator[Path]:
    """Make ``home`` ready and keep every other Playhead out of it; give its absolute path.

    Raises:
        HomeUnusable: It cannot be made or written.
        AlreadyRunning: Another Playhead works in it.
        DiskFull: Its disk has less than ``least_free`` megabytes left.
    """
    home = home.absolute()
    try:
        for folder in (home, run_folder(home), logs_folder(home)):
            folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        descriptor = os.open(run_folder(home) / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise HomeUnusable(f"cannot write in {home}: {error.strerror}") from error
    with open(descriptor, "r+", encoding="ascii") as lock:
        _take(lock.fileno(), home)
        _check_room(home, least_free)
        os.ftruncate(descriptor, 0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield home


def is_running(home: Path) -> bool:
    """Return whether a Playhead holds the lock of ``home``."""
    try:
        descriptor = os.open(run_folder(home) / "lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    with open(descriptor, "rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def logs_folder(home: Path) -> Path:
    """Return the folder of the processes' logs."""
    return home / "logs"


def _take(lock: int, home: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = os.pread(lock, 20, 0).decode("ascii") or "unknown"
        raise AlreadyRunning(
            f"Playhead already runs in {home} (process {pid}); stop it, or set PLAYHEAD_HOME to "
            "another folder"
        ) from error


def _check_room(home: Path, least_free: int) -> None:
    free = shutil.disk_usage(home).free // 1_000_000
    if free < least_free:
        raise DiskFull(
            f"only {free} MB are free on the disk that holds {home}; Playhead needs {least_free} MB"
        )
