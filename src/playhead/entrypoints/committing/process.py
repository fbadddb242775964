"""The side of the process that reads."""

import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Self

from playhead.base.errors import Unavailable
from playhead.entrypoints.committing.messages import Beginning
from playhead.entrypoints.embedded import processes
from playhead.history.ingest import Commit
from playhead.storage.postgres import DatabaseUnavailable

STOP_SECONDS = 5.0
_CHILD = "playhead.entrypoints.committing.child"
_STANDARD_ERROR = 2


class CommitterGone(Unavailable):
    """The process that commits has ended without being told to."""

    code = "ingest.committer_gone"


class CommittingProcess:
    """A ``Committer`` in a process of its own. At most one batch is under way."""

    def __init__(self, connection: "Connection[object, str]") -> None:
        self._connection = connection
        self._is_pending = False

    @classmethod
    @contextmanager
    def running(cls, url: str, *, lock: int, environment: Mapping[str, str]) -> Iterator[Self]:
        """Start one that holds the advisory lock ``lock``, and end it afterwards.

        Raises:
            DatabaseUnavailable: The server cannot be reached, or another process has the lock.
            CommitterGone: It could not be started.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            process = processes.start(
                processes.leashed(
                    (sys.executable, "-P", "-m", _CHILD, str(theirs.fileno())),
                    farewell=signal.SIGTERM,
                ),
                output=_STANDARD_ERROR,
                environment=environment,
                keep=(theirs.fileno(),),
            )
        try:
            with Connection(ours.detach()) as connection:
                committer = cls(connection)
                committer._send(Beginning(url, lock))
                committer.settle()
                yield committer
        finally:
            processes.stop(process, (signal.SIGTERM, STOP_SECONDS))

    def submit(self, commit: Commit) -> None:
        """Have a batch committed, once the one before it is.

        Raises:
            DatabaseUnavailable: The database is away.
            CommitterGone: The process has ended. Of either, nobody knows whether the batch before
                was committed.
        """
        self.settle()
        self._send(commit)

    def settle(self) -> None:
        """Return when nothing is under way any more.

        Raises:
            DatabaseUnavailable: The database is away.
            CommitterGone: The process has ended. Of either, nobody knows whether what was under
                way was committed.
        """
        if self._is_pending:
            self._is_pending = False
            try:
                trouble = self._connection.recv()
            except (EOFError, OSError) as error:
                raise _gone() from error
            if trouble:
                raise DatabaseUnavailable(trouble)

    def _send(self, message: object) -> None:
        try:
            self._connection.send(message)
        except OSError as error:
            raise _gone() from error
        self._is_pending = True


def _gone() -> CommitterGone:
    return CommitterGone("the process that commits to the tape has ended; its log says why")
