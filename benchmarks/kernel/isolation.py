"""What row-level security costs: one indexed SELECT, with it and with an explicit filter alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from random import Random
from statistics import median
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import uvloop

from benchmarks.report import Row as Line
from benchmarks.stats import latencies, milliseconds, nanos_of_each, percentile, times
from playhead.storage.postgres import Database
from playhead.storage.roles import open_service_role
from playhead.storage.tenants import Tenant, Tenants

ORGANISATIONS = 1_000
ROLE = "bench_bypass"
ASKED = 1_500
EXPLAINED = 200
BLOCK = 50
FIND = "SELECT * FROM api_keys WHERE org_id = %(org_id)s AND key_id = %(key_id)s"
EXPLAIN = f"EXPLAIN (ANALYZE, FORMAT JSON) {FIND}"
_FILL = """
INSERT INTO organisations (org_id, name, created_at, updated_at)
SELECT gen_random_uuid(), 'Bench ' || n, 0, 0 FROM generate_series(1, %(organisations)s) n;
INSERT INTO api_keys (key_id, org_id, name, hint, key_hash, is_test, scopes, created_at, updated_at)
SELECT gen_random_uuid(), o.org_id, 'Bench', 'ph_live_000000',
       sha256(convert_to(o.org_id::text || n, 'UTF8')), false, '{history:read}', 0, 0
  FROM organisations o, generate_series(1, %(each)s) n ORDER BY n, o.org_id;
"""

Asked = tuple[UUID, UUID]
Way = Callable[[Asked], Awaitable[object]]


def measure_isolation(owner_url: str, rows: int, repeats: int) -> list[Line]:
    """Fill a table with ``rows`` of a thousand organisations and ask it in three ways, in turns."""
    asked = _fill(owner_url, rows)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_compare(owner_url, asked, repeats))


def _fill(owner_url: str, rows: int) -> list[Asked]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        organisations = min(ORGANISATIONS, rows)
        chosen = {"organisations": organisations, "each": rows // organisations}
        psycopg.ClientCursor(connection).execute(_FILL, chosen)
        connection.execute("VACUUM (ANALYZE) api_keys")
        connection.execute("CHECKPOINT")
        # A role belongs to the whole server, which is thrown away.
        connection.execute(f"CREATE ROLE {ROLE} LOGIN BYPASSRLS".encode())
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {ROLE}".encode())
        found = connection.execute("SELECT org_id, key_id FROM api_keys ORDER BY key_id").fetchall()
    return Random(1).sample(found, min(ASKED, len(found)))


async def _compare(owner_url: str, asked: Sequence[Asked], repeats: int) -> list[Line]:
    async with AsyncExitStack() as stack:
        held, free = [
            await stack.enter_async_context(Database.open(url, connections=1))
            for url in (open_service_role(owner_url, None), _as_role(owner_url, ROLE))
        ]
        ways = [_tenants(held), _tenants(free), _single(free)]
        runs = await _in_turns(ways, asked, repeats)
        executed = [await _execution(Tenants(each), asked) for each in (held, free)]
    return _lines(runs, executed, len(asked))


async def _in_turns(
    ways: Sequence[Way], asked: Sequence[Asked], repeats: int
) -> list[list[list[int]]]:
    """Return the nanoseconds of every question, by way and run; ways alternate in short blocks."""
    for way in ways:
        await nanos_of_each(way, asked[: 2 * BLOCK])
    runs: list[list[list[int]]] = [[] for _ in ways]
    for _ in range(repeats):
        for each in runs:
            each.append([])
        for start in range(0, len(asked), BLOCK):
            for way, each in zip(ways, runs, strict=True):
                each[-1] += await nanos_of_each(way, asked[start : start + BLOCK])
    return runs


def _tenants(database: Database) -> Way:
    tenants = Tenants(database)

    async def ask(asked: Asked) -> None:
        org_id, key_id = asked
        found = await tenants.fetch_optional(Tenant(org_id), FIND, org_id=org_id, key_id=key_id)
        assert found is not None

    return ask


def _single(database: Database) -> Way:
    async def ask(asked: Asked) -> None:
        async with database.reading() as connection:
            found = await connection.fetch_optional(FIND, org_id=asked[0], key_id=asked[1])
        assert found is not None

    return ask


async def _execution(tenants: Tenants, asked: Sequence[Asked]) -> float:
    """Return the median of what the server says that executing takes, in nanoseconds."""
    taken = []
    for org_id, key_id in asked[:EXPLAINED]:
        row = await tenants.fetch_optional(Tenant(org_id), EXPLAIN, org_id=org_id, key_id=key_id)
        taken.append(row[0][0]["Execution Time"] * 1_000_000)  # type: ignore[index]
    return float(median(taken))


def _lines(runs: list[list[list[int]]], executed: Sequence[float], count: int) -> list[Line]:
    held, free, single = (median(percentile(run, 0.5) for run in way) for way in runs)
    return [
        Line(
            "one row of one tenant by its key, under row-level security",
            str(latencies(runs[0])),
            f"no policies, the same two statements: {latencies(runs[1])}",
            times(held, free),
            "<= 1.10x",
        ),
        Line(
            "and naming the tenant, in the same round trip",
            milliseconds(held),
            f"no policies, one statement: {milliseconds(single)}",
            times(held, single),
        ),
        Line(
            f"and executed, as the server says (EXPLAIN ANALYZE, {min(EXPLAINED, count)} rows)",
            milliseconds(executed[0]),
            f"no policies: {milliseconds(executed[1])}",
            times(*executed),
        ),
    ]


def _as_role(owner_url: str, role: str) -> str:
    parts = urlsplit(owner_url)
    return parts._replace(netloc=f"{role}@{parts.netloc.rpartition('@')[2]}").geturl()
