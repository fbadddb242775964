"""The same question over plain rows: a snapshot now and then, and every change since."""

from dataclasses import dataclass

import psycopg
from psycopg.rows import tuple_row
from psycopg_pool import AsyncConnectionPool

from benchmarks.instants import Instant

CHANGES_A_SNAPSHOT = 4_000  # so that an instant lies about 2,000 changes after one
Levels = dict[int, int]

TABLES = """
    CREATE TABLE plain_changes (
        market_id integer NOT NULL, position bigint NOT NULL, received_at bigint NOT NULL,
        side smallint NOT NULL, price integer NOT NULL, size bigint NOT NULL);
    CREATE TABLE plain_snapshots (
        market_id integer NOT NULL, position bigint NOT NULL, received_at bigint NOT NULL,
        level bigint[] NOT NULL, size bigint[] NOT NULL)"""
INDEXES = """
    CREATE INDEX ON plain_changes (market_id, received_at, position) INCLUDE (side, price, size);
    CREATE INDEX ON plain_snapshots (market_id, received_at DESC, position DESC)"""
_SNAPSHOT = """
    SELECT position, received_at, level, size FROM plain_snapshots
     WHERE market_id = %(market_id)s AND received_at <= %(at)s
     ORDER BY received_at DESC, position DESC LIMIT 1"""
_CHANGES = """
    SELECT price::bigint * 2 + side, size FROM plain_changes
     WHERE market_id = %(market_id)s AND received_at BETWEEN %(since)s AND %(at)s
       AND position > %(position)s"""
_SUM = f"""
    WITH base AS MATERIALIZED ({_SNAPSHOT})
    SELECT level, sum(size)::bigint
      FROM (SELECT unnest(level) AS level, unnest(size) AS size FROM base
             UNION ALL
            SELECT c.price::bigint * 2 + c.side, c.size FROM base b JOIN plain_changes c
                ON c.market_id = %(market_id)s AND c.received_at >= b.received_at
               AND c.received_at <= %(at)s AND c.position > b.position) AS everything
     GROUP BY level HAVING sum(size) <> 0"""


@dataclass(slots=True)
class Recent:
    """Changes since the last snapshot, and the book after them."""

    levels: Levels
    changes: int = 0


class PlainRows:
    """Books from plain rows, by the better of two ways."""

    def __init__(self, pool: AsyncConnectionPool[psycopg.AsyncConnection]) -> None:
        self._pool = pool

    async def folded(self, instant: Instant) -> Levels:
        """Return the book by reading the changes and folding them here."""
        async with self._pool.connection() as connection:
            asked = {"market_id": instant.market_id, "at": instant.at}
            cursor = await connection.execute(_SNAPSHOT, asked, prepare=True, binary=True)
            row = await cursor.fetchone()
            assert row is not None
            position, since, level, size = row
            asked |= {"position": position, "since": since}
            changes = await connection.execute(_CHANGES, asked, prepare=True, binary=True)
            levels = dict(zip(level, size, strict=True))
            for code, change in await changes.fetchall():
                levels[code] = levels.get(code, 0) + change
        return {code: total for code, total in levels.items() if total}

    async def summed(self, instant: Instant) -> Levels:
        """Return the book by letting the server sum the changes of each level."""
        async with self._pool.connection() as connection:
            asked = {"market_id": instant.market_id, "at": instant.at}
            cursor = await connection.execute(_SUM, asked, prepare=True, binary=True)
            return dict(await cursor.fetchall())


def open_pool(url: str) -> AsyncConnectionPool[psycopg.AsyncConnection]:
    """Return a pool with the settings of our own."""
    return AsyncConnectionPool(
        url,
        min_size=1,
        max_size=8,
        open=False,
        kwargs={"autocommit": True, "row_factory": tuple_row},
    )
