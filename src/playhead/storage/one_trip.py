"""Several statements in one message to the server, and their answers in one back.

The driver's pipeline sends each statement when it is given, which wakes the server for each, and
asks the socket before and after. Statements that are known beforehand need none of that, and one
wait for all of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.generators import send
from psycopg.pq import Format

Statement = tuple[str, Mapping[str, object]]
"""A query and its parameters."""


async def ask_at_once(
    connection: psycopg.AsyncConnection[Any], statements: Sequence[Statement]
) -> psycopg.AsyncCursor[Any]:
    """Run ``statements`` in one transaction and one round trip; return what the last one found.

    ``connection`` commits by itself and is in no pipeline. If one statement fails, none has
    happened.
    """
    cursors = [connection.cursor() for _ in statements]
    async with connection.lock:
        connection._check_connection_ok()
        assert connection._pipeline is None, "in a pipeline already"
        await connection.wait(_OneTrip(connection).run_gen(cursors, statements))
    return cursors[-1]


class _OneTrip(psycopg.AsyncPipeline):
    """A pipeline that keeps its statements until it ends, and then sends all of them."""

    def run_gen(
        self, cursors: Sequence[psycopg.AsyncCursor[Any]], statements: Sequence[Statement]
    ) -> PQGen[None]:
        """Run each statement with its cursor. For `AsyncConnection.wait`, as all such generators.

        Without a BEGIN, what is sent between two synchronisations is one transaction.
        """
        failure: BaseException | None = None
        yield from self._enter_gen()
        self._conn._pipeline = self
        try:
            yield from self._run_gen(cursors, statements)
        except BaseException as error:
            failure = error
            raise
        finally:
            self._exit(failure)
            self._conn._pipeline = None

    def _run_gen(
        self, cursors: Sequence[psycopg.AsyncCursor[Any]], statements: Sequence[Statement]
    ) -> PQGen[None]:
        try:
            for cursor, (query, parameters) in zip(cursors, statements, strict=True):
                cursor.format = Format.BINARY
                yield from cursor._execute_gen(query, parameters, prepare=True)
        finally:
            yield from self._exit_gen()

    def _communicate_gen(self) -> PQGen[None]:
        yield from ()

    def _exit_gen(self) -> PQGen[None]:
        self._enqueue_sync()
        while self.command_queue:
            self.command_queue.popleft()()  # into libpq's buffer
        yield from send(self.pgconn)
        yield from self._fetch_gen(flush=False)  # the server says all it has at the synchronisation
