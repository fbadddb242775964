"""Several statements in one message to the server, and their answers in one back.

The driver's pipeline sends each statement when it is given, which wakes the server for each; and it
asks the socket before and after. Statements that are known beforehand need none of that.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.generators import send


class OneTrip(psycopg.AsyncPipeline):
    """A pipeline that keeps its statements until it ends, and then sends all of them at once.

    What they answer is there afterwards. It cannot be waited for in between.
    """

    def _communicate_gen(self) -> PQGen[None]:
        yield from ()

    def _exit_gen(self) -> PQGen[None]:
        self._enqueue_sync()
        while self.command_queue:
            self.command_queue.popleft()()  # into libpq's buffer
        yield from send(self.pgconn)
        yield from self._fetch_gen(flush=False)  # the server says all it has at the synchronisation


@asynccontextmanager
async def one_trip(connection: psycopg.AsyncConnection[Any]) -> AsyncIterator[None]:
    """Send what is executed on ``connection``, which is in no pipeline, together at the end.

    Without a BEGIN it is one transaction: if one statement fails, none has happened.
    """
    assert connection._pipeline is None, "in a pipeline already"
    connection._pipeline = OneTrip(connection)
    async with connection.pipeline():
        yield
