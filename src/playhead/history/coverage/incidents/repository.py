"""The incidents on the tape: the only module of incidents that knows their tables."""

from collections.abc import Sequence

from playhead.history.coverage.incidents.model import Asked, Before, Incident, Shard
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database, Row, Transaction

SQL = load_sql(__package__)
MOST_EXAMPLES = 5
MOST_REMEMBERED = 4096
_STATES = {
    None: "TRUE",
    True: "i.healed < i.markets",
    False: """NOT EXISTS (SELECT FROM incidents o
               WHERE o.detected_at = i.detected_at AND o.capture_id = i.capture_id
                 AND o.connection = i.connection AND o.cause = i.cause AND o.healed < o.markets)""",
}
_Struck = tuple[tuple[Shard, ...], tuple[str, ...]]


class Incidents:
    """Finds incidents.

    Which markets an incident hit never changes, and counting them costs a look at each: so it is
    remembered, for the ``MOST_REMEMBERED`` asked for last.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[int, int], _Struck] = {}

    async def page(self, asked: Asked, *, before: Before | None, limit: int) -> list[Incident]:
        """Return at most ``limit`` incidents, the newest first, from ``before`` on."""
        start = before or Before(asked.until)
        async with self._database.reading() as connection:
            rows = await connection.fetch_all(
                SQL.page.replace("{state}", _STATES[asked.is_open]),
                since=asked.since,
                cause=asked.cause,
                before_at=start.detected_at,
                before_capture=start.capture_id,
                before_connection=start.connection,
                before_cause=start.cause,
                limit=limit,
            )
            struck = await self._struck_by(connection, rows)
        return [_incident(row, *struck[_key(row)]) for row in rows]

    async def open_now(self) -> tuple[int, int]:
        """Return how many incidents are open, and how many markets wait for their books."""
        async with self._database.reading() as connection:
            row = await connection.fetch_optional(SQL.open_incidents)
        assert row is not None
        return row.incidents, row.markets

    async def _struck_by(
        self, connection: Transaction, rows: Sequence[Row]
    ) -> dict[tuple[int, int], _Struck]:
        known = {_key(row): self._known[_key(row)] for row in rows if _key(row) in self._known}
        new = await _struck(connection, [row for row in rows if _key(row) not in known])
        self._known |= new
        for key in known:
            self._known[key] = self._known.pop(key, known[key])  # asked for last, forgotten last
        for key in list(self._known)[: max(0, len(self._known) - MOST_REMEMBERED)]:
            del self._known[key]
        return known | new


async def _struck(connection: Transaction, rows: Sequence[Row]) -> dict[tuple[int, int], _Struck]:
    if not rows:
        return {}
    pairs = [(line, each) for line, row in enumerate(rows) for each in row.ids]
    found = await connection.fetch_all(
        SQL.struck, lines=[line for line, _ in pairs], ids=[each for _, each in pairs]
    )
    by_line: dict[int, list[Row]] = {line: [] for line in range(len(rows))}
    for each in found:
        by_line[each.line].append(each)
    return {_key(row): _counted(by_line[line]) for line, row in enumerate(rows)}


def _counted(shards: Sequence[Row]) -> _Struck:
    tickers = [ticker for each in shards for ticker in each.examples]
    counted = tuple(Shard(each.exchange_index, each.markets) for each in shards)
    return counted, tuple(tickers[:MOST_EXAMPLES])


def _key(row: Row) -> tuple[int, int]:
    """Name an incident as it stands: one that has grown since is another."""
    return row.ids[0], row.markets


def _incident(row: Row, shards: tuple[Shard, ...], examples: tuple[str, ...]) -> Incident:
    return Incident(
        incident_id=row.ids[0],
        cause=row.cause,
        capture_id=row.capture_id,
        capture=row.capture,
        recorder=row.recorder,
        connection=row.connection,
        sids=tuple(row.sids),
        received_to=row.received_to,
        detected_at=row.detected_at,
        markets=row.markets,
        healed=row.healed,
        healed_at=row.healed_at,
        shards=shards,
        examples=examples,
    )
