"""The process that commits. ``python -m playhead.entrypoints.committing.child DESCRIPTOR``."""

import sys
from contextlib import suppress
from multiprocessing.connection import Connection

from playhead.base.errors import Unavailable
from playhead.entrypoints.committing.messages import Beginning
from playhead.history.ingest import Commit, IngestStore
from playhead.history.tape import Partitions
from playhead.storage.postgres import DatabaseUnavailable, Session


def main(descriptor: int) -> None:
    """Commit what comes through the socket ``descriptor`` until nothing more can come."""
    left_alone = suppress(EOFError, BrokenPipeError, ConnectionResetError)
    with Connection(descriptor) as connection, left_alone:
        beginning = connection.recv()
        assert isinstance(beginning, Beginning)
        try:
            _commit_all(connection, beginning)
        except Unavailable as error:
            connection.send(error.message)


def _commit_all(connection: "Connection[str, object]", beginning: Beginning) -> None:
    with Session.open(beginning.url, name="playhead-ingest-commits") as session:
        if not session.take_lock(beginning.lock):
            raise DatabaseUnavailable("another ingest still works on this database")
        store = IngestStore(session, Partitions(session))
        while True:
            connection.send("")
            commit = connection.recv()
            assert isinstance(commit, Commit)
            commit.to(store)


if __name__ == "__main__":
    main(int(sys.argv[1]))
