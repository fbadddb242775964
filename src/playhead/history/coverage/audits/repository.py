"""The audits on the tape: the only module of audits that knows their tables."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

from playhead.base.time import Micros
from playhead.history.coverage.audits.model import Asked, Audit, AuditKind, Before, Rate
from playhead.history.coverage.caching import KeptByDay
from playhead.history.coverage.errors import AuditNotFound
from playhead.history.coverage.shares import last_days
from playhead.history.markets import Markets
from playhead.history.tape import book_of, levels_from_bytes
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database, Row, Transaction

SQL = load_sql(__package__)
MOST_ID = (1 << 63) - 1
_OUTCOMES = {None: "TRUE", True: "a.matches", False: "NOT a.matches"}


class Audits:
    """Finds audits, and how many agreed; rates over all markets are kept for a while."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept = KeptByDay(self._load)

    async def page(self, asked: Asked, *, before: Before | None, limit: int) -> list[Audit]:
        """Return at most ``limit`` audits, the newest first, from ``before`` on.

        Raises:
            MarketNotFound: No market of the ticker was ever recorded here.
        """
        start = before or Before(asked.until)
        async with self._database.reading() as connection:
            rows = await connection.fetch_all(
                SQL.page.replace("{outcome}", _OUTCOMES[asked.matches]),
                since=asked.since,
                market_id=await _number(connection, asked.ticker),
                kind=asked.kind,
                before_at=start.received_at,
                before_id=start.audit_id,
                limit=limit,
            )
        return [_audit(row) for row in rows]

    async def find(self, audit_id: int) -> Audit:
        """Return one audit.

        Raises:
            AuditNotFound: There is none of this id.
        """
        if audit_id > MOST_ID:
            raise AuditNotFound(str(audit_id))
        async with self._database.reading() as connection:
            row = await connection.fetch_optional(SQL.audit, audit_id=audit_id)
        if row is None:
            raise AuditNotFound(str(audit_id))
        return _audit(row)

    async def rates_by_day(
        self, days: int, *, now: Micros, ticker: str | None = None
    ) -> list[Rate]:
        """Return the rates of those of the last ``days`` that had audits, the newest day first.

        Raises:
            MarketNotFound: No market of the ticker was ever recorded here.
        """
        if ticker is None:
            by_day = await self._kept.last(days, now)
            return [rate for day in by_day.values() for rate in day]
        since, until = _window(days, now)
        async with self._database.reading() as connection:
            return await _rates(connection, since, until, await Markets.number(connection, ticker))

    async def rates_by_market(
        self, days: int, *, now: Micros, ticker: str | None, after: str | None, limit: int
    ) -> list[Rate]:
        """Return the rates over the last ``days`` of at most ``limit`` markets, by ticker.

        Raises:
            MarketNotFound: No market of the ticker was ever recorded here.
        """
        since, until = _window(days, now)
        async with self._database.reading() as connection:
            rows = await connection.fetch_all(
                SQL.rates_by_market,
                since=since,
                until=until,
                market_id=await _number(connection, ticker),
                after=after or "",
                limit=limit,
            )
        return [_rate(row) for row in rows]

    async def _load(self, since: date, until: date, now: Micros) -> Mapping[date, list[Rate]]:
        async with self._database.reading() as connection:
            rates = await _rates(connection, since, until, None)
        return {day: list(of_day) for day, of_day in groupby(rates, key=attrgetter("day")) if day}


def _window(days: int, now: Micros) -> tuple[date, date]:
    """Return the first of the last ``days``, and the day after the last."""
    asked = last_days(days, now)
    return asked[-1], asked[0] + timedelta(days=1)


async def _rates(
    connection: Transaction, since: date, until: date, market_id: int | None
) -> list[Rate]:
    rows = await connection.fetch_all(
        SQL.rates_by_day, since=since, until=until, market_id=market_id
    )
    return [_rate(row) for row in rows]


async def _number(connection: Transaction, ticker: str | None) -> int | None:
    return None if ticker is None else await Markets.number(connection, ticker)


def _audit(row: Row) -> Audit:
    said = book_of(levels_from_bytes(row.said))
    return Audit(
        audit_id=row.audit_id,
        ticker=row.ticker,
        kind=AuditKind(row.kind),
        matches=row.matches,
        position=row.position,
        asked_at=row.asked_at,
        received_at=row.received_at,
        exchange_at=row.exchange_at,
        capture=row.capture,
        recorder=row.recorder,
        said=said,
        held=said if row.held is None else book_of(levels_from_bytes(row.held)),
    )


def _rate(row: Row) -> Rate:
    return Rate(
        day=row.day,
        ticker=row.ticker,
        kind=AuditKind(row.kind),
        matches=row.matches,
        mismatches=row.mismatches,
    )
