"""PostgreSQL connections: a pool for servers that answer many, one session for a worker.

Times on the wire and in the tables of the tape are integers of UTC microseconds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self

import psycopg
from psycopg.rows import namedtuple_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from playhead.base.errors import Unavailable
from playhead.storage.lists import QuickListDumper
from playhead.storage.one_trip import ask_at_once
from playhead.storage.rows import Column, binary_copy

Row = Any
"""A named tuple with the columns of the query."""

ConnectionCheck = Callable[[psycopg.AsyncConnection[Row]], Awaitable[None]]


LOCK_SECONDS = 10
"""So long a server waits for a row that somebody else holds: one that never lets go, on a machine
that is gone perhaps, must not take connection after connection."""

IDLE_SECONDS = 60
"""So long the database bears with a transaction in which nothing happens."""


class DatabaseUnavailable(Unavailable):
    """PostgreSQL cannot be reached, or went away in the middle."""

    code = "database.unavailable"


class Transaction:
    """An open transaction of a server. Committed or rolled back by whoever opened it."""

    def __init__(self, connection: psycopg.AsyncConnection[Row]) -> None:
        self._connection = connection

    async def fetch_all(self, query: str, **parameters: object) -> list[Row]:
        """Return every row."""
        cursor = await self._connection.execute(query, parameters, prepare=True, binary=True)
        rows: list[Row] = await cursor.fetchall()
        return rows

    async def fetch_optional(self, query: str, **parameters: object) -> Row | None:
        """Return the first row, or None."""
        cursor = await self._connection.execute(query, parameters, prepare=True, binary=True)
        return await cursor.fetchone()

    async def execute(self, query: str, **parameters: object) -> int:
        """Run a statement and return how many rows it touched."""
        cursor = await self._connection.execute(query, parameters)
        count: int = cursor.rowcount
        return count

    async def send(self, query: str, **parameters: object) -> None:
        """Run a statement whose outcome nobody reads; an error of it may show at a later one."""
        await self._connection.execute(query, parameters, prepare=True)


class PipelinedTransaction(Transaction):
    """A transaction whose statements are sent without waiting for the ones before."""

    def __init__(
        self, connection: psycopg.AsyncConnection[Row], pipeline: psycopg.AsyncPipeline
    ) -> None:
        super().__init__(connection)
        self._pipeline = pipeline

    async def execute(self, query: str, **parameters: object) -> int:
        """Run a statement, wait for it, and return how many rows it touched."""
        cursor = await self._connection.execute(query, parameters)
        await self._pipeline.sync()  # before it the count is not known
        count: int = cursor.rowcount
        return count


class Database:
    """A pool of connections for a server."""

    def __init__(self, pool: AsyncConnectionPool[psycopg.AsyncConnection[Row]]) -> None:
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        *,
        connections: int = 8,
        check: ConnectionCheck | None = None,
        lock_seconds: int = LOCK_SECONDS,
    ) -> AsyncIterator[Self]:
        """Open a pool of at most ``connections`` and close it afterwards.

        Opening does not wait for the server: a server that starts before its database comes up by
        itself once the database does. A new connection that ``check`` raises for is never lent.
        """

        async def configure(connection: psycopg.AsyncConnection[Row]) -> None:
            await connection.execute(
                f"SET lock_timeout = '{lock_seconds}s';"
                f" SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'".encode()
            )
            if check is not None:
                await check(connection)

        pool: AsyncConnectionPool[psycopg.AsyncConnection[Row]] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=connections,
            timeout=5,
            open=False,
            kwargs={"autocommit": True, "row_factory": namedtuple_row},
            check=None,
            configure=configure,
        )
        await pool.open()
        try:
            yield cls(pool)
        finally:
            await pool.close(timeout=2)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Lend a connection for single statements, each of them its own consistent snapshot.

        A cancellation of the task that comes meanwhile gets out, at the latest here.

        Raises:
            DatabaseUnavailable: No connection can be had, or it breaks.
        """
        cancellations = _cancellations()
        try:
            async with self._pool.connection() as connection:
                try:
                    yield Transaction(connection)
                except asyncio.CancelledError:
                    # In the middle of a pipeline, perhaps, which the driver then never leaves: the
                    # pool makes another for the next who asks.
                    await connection.close()
                    raise
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise DatabaseUnavailable(_sentence(error)) from error
        if _cancellations() > cancellations:
            # Whoever waits for a connection of the pool does so by `asyncio.wait_for`, which before
            # Python 3.12 forgets that it was cancelled when what it waits for comes just then.
            raise asyncio.CancelledError

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction; commit at the end, roll back on an error.

        Raises:
            DatabaseUnavailable: No connection can be had, or it breaks.
        """
        async with self.reading() as lent, lent._connection.transaction():
            yield lent

    @asynccontextmanager
    async def pipelined(self) -> AsyncIterator[PipelinedTransaction]:
        """Open a transaction whose beginning travels with its first statement.

        Raises:
            DatabaseUnavailable: No connection can be had, or it breaks.
        """
        async with (
            self.reading() as lent,
            lent._connection.pipeline() as pipeline,
            lent._connection.transaction(),
        ):
            yield PipelinedTransaction(lent._connection, pipeline)

    async def fetch_pipelined(
        self,
        first: str,
        first_parameters: Mapping[str, object],
        query: str,
        parameters: Mapping[str, object],
    ) -> list[Row]:
        """Run ``first``, then ``query``, in one transaction and one round trip; return its rows.

        Raises:
            DatabaseUnavailable: No connection can be had, or it breaks.
        """
        async with self.reading() as lent:
            cursor = await ask_at_once(
                lent._connection, [(first, first_parameters), (query, parameters)]
            )
            rows: list[Row] = await cursor.fetchall()
            return rows


class Session:
    """One connection of a worker, used by one thread at a time."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def open(cls, url: str, *, name: str = "playhead") -> Iterator[Self]:
        """Connect and close afterwards.

        Raises:
            DatabaseUnavailable: The server cannot be reached, or breaks while in use.
        """
        try:
            with psycopg.connect(
                url,
                autocommit=True,
                row_factory=namedtuple_row,
                application_name=name,
                connect_timeout=5,
            ) as connection:
                connection.adapters.register_dumper(list, QuickListDumper)
                yield cls(connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise DatabaseUnavailable(_sentence(error)) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction; commit at the end, roll back on an error."""
        with self._connection.transaction():
            yield

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Send the statements of a block without waiting for one before the next.

        Within the block no statement's outcome is known; an error shows at its end.
        """
        with self._connection.pipeline():
            yield

    def fetch_all(self, query: str, **parameters: object) -> list[Row]:
        """Return every row."""
        return self._connection.execute(query, parameters, binary=True).fetchall()

    def fetch_optional(self, query: str, **parameters: object) -> Row | None:
        """Return the first row, or None."""
        return self._connection.execute(query, parameters, binary=True).fetchone()

    def execute(self, query: str, **parameters: object) -> int:
        """Run a statement and return how many rows it touched."""
        count: int = self._connection.execute(query, parameters or None).rowcount
        return count

    def copy_in(self, table: str, columns: Sequence[Column]) -> None:
        """Append rows to ``table`` by binary COPY."""
        names = ", ".join(column.name for column in columns)
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.write(b"".join(binary_copy(columns)))  # each write waits by itself

    def take_lock(self, key: int) -> bool:
        """Take an advisory lock that this session holds until it ends; False if another has it."""
        row = self.fetch_optional("SELECT pg_try_advisory_lock(%(key)s) AS taken", key=key)
        return bool(row is not None and row.taken)


def _cancellations() -> int:
    """Return how often the task was asked to stop and has not taken note of it."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def _sentence(error: Exception) -> str:
    """Return what the driver says, without the hints that it adds on further lines."""
    return f"the database does not answer: {str(error).partition(chr(10))[0]}"
