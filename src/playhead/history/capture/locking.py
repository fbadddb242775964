"""Locks on folders. The system takes them back when the process dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderLock:
    """The exclusive right to a folder, until ``release``."""

    def __init__(self, folder: Path, *, wait: bool = False) -> None:
        """Take the lock, waiting for it only if told to.

        Raises:
            BlockingIOError: Somebody else holds it.
        """
        self._descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock on ``folder`` for a while, waiting for it."""
    lock = FolderLock(folder, wait=True)
    try:
        yield
    finally:
        lock.release()


def is_locked(folder: Path) -> bool:
    """Return whether somebody holds the lock on ``folder``."""
    try:
        FolderLock(folder).release()
    except BlockingIOError:
        return True
    return False
