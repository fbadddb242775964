"""Finds the evidence for an answer: the only module of verify that knows the tape's tables."""

from playhead.history.verify.model import Claim, Trail
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database, Row

SQL = load_sql(__package__)
_MARGINS = [1_000_000, 60_000_000]
"""Microseconds. The first is ten times the step back of our clock from which on it is a fault; the
second is for an exchange whose clock is ahead of ours."""


class Trails:
    """Where the captures say what the tape says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, claim: Claim) -> Trail | None:
        """Return where the evidence for ``claim`` is; None if the tape has no such interval.

        It is the interval that the claim names, whatever it still proves; if the claim names none,
        the one that the instant is told from.
        """
        query = SQL.trail.replace("{clock}", claim.clock.value)
        async with self._database.reading() as connection:
            row = await connection.fetch_optional(
                query,
                ticker=claim.ticker,
                at=claim.at,
                from_position=claim.from_position,
                margins=_MARGINS,
            )
        return None if row is None else _trail(row)


def _trail(row: Row) -> Trail:
    return Trail(
        capture_number=row.capture_id,
        capture=row.capture,
        connection=row.connection,
        sid=row.sid,
        offsets=tuple(dict.fromkeys([*(row.audited or ()), row.opened_offset])),
        since=row.since,
        until=row.until,
        closed_by=row.closed_by,
        clock_fault=row.clock_fault,
    )
