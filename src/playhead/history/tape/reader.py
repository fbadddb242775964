"""Reads the tape: books at instants, the events of intervals, and what lies around what is unknown.

A query of ``reading.sql`` is made for one clock, so that each has a plan of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from playhead.base.time import Micros
from playhead.history.books import Price, Side, Size
from playhead.history.tape.codec import decode
from playhead.history.tape.columns import NO_TIME, Columns
from playhead.history.tape.pieces import BookPoint, Interval, events_after, point_after
from playhead.history.tape.rows import events_of, interval_of, point_of_segment, start_of
from playhead.history.tape.stitching import ClockFault, Stretch, stretches_of
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction

SQL = load_sql(__package__, "reading.sql")
_BEGINNING = -(1 << 62)
_END = 1 << 62


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade as the exchange told it. ``taker_side`` is what the taker bought, where told."""

    trade_id: str
    received_at: Micros | None
    exchange_at: Micros | None
    yes_price: Price
    size: Size
    taker_side: Side | None
    is_block: bool


@dataclass(frozen=True, slots=True)
class Trades:
    """Some trades, oldest first, and how many there are in all."""

    count: int
    trades: tuple[Trade, ...]


class TapeReader:
    """Reads the tape within one lent connection; every call is one consistent statement."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def point(
        self, market_id: int, at: Micros, *, by_exchange: bool
    ) -> tuple[Stretch, BookPoint] | None:
        """Return the book at ``at`` and what proves it, or None: it is not known.

        Of several intervals that prove ``at`` it is the one that ``stitched`` takes.
        """
        asked = {"market_id": market_id, "at": at}
        found = await self._point(SQL.interval_told, asked, by_exchange=by_exchange)
        if found is None:
            return None
        row, interval, point = found
        return _stretch(row, interval, by_exchange=by_exchange), point

    async def point_in(
        self, interval: Interval, at: Micros, *, by_exchange: bool
    ) -> BookPoint | None:
        """Return the book of ``interval`` at ``at``; None if it is no longer there.

        Args:
            interval: It begins no later than ``at`` by that clock. Its end is not looked at.
            at: An instant, which may lie in a clock fault.
            by_exchange: Which clock.
        """
        asked = {
            "market_id": interval.market_id,
            "from_position": interval.from_position,
            "at": at,
        }
        found = await self._point(SQL.interval_itself, asked, by_exchange=by_exchange)
        return None if found is None else found[2]

    async def nearest(
        self, market_id: int, at: Micros | None, *, by_exchange: bool
    ) -> tuple[Micros | None, Micros | None]:
        """Return the last proven instant up to ``at`` and the first one after it.

        Args:
            market_id: Of the market.
            at: None: the end of time.
            by_exchange: Which clock.
        """
        asked = {"market_id": market_id, "at": _END if at is None else at}
        row = await self._transaction.fetch_optional(_clocked(SQL.nearest, by_exchange), **asked)
        if row is not None and row.is_faulted:
            row = await self._transaction.fetch_optional(SQL.nearest_clear, **asked)
        assert row is not None
        return row.last_known, row.next_known

    async def stretches(
        self, market_id: int, since: Micros, until: Micros, *, by_exchange: bool
    ) -> list[Stretch]:
        """Return what the intervals that touch [since, until) prove, each by itself."""
        query = _clocked(SQL.intervals, by_exchange)
        rows = await self._transaction.fetch_all(
            query, market_id=market_id, since=since, until=until
        )
        return [
            stretch
            for row in rows
            for stretch in stretches_of(interval_of(row), _faults(row), by_exchange=by_exchange)
        ]

    async def trades_between(
        self,
        market_id: int,
        after: Micros | None,
        before: Micros | None,
        *,
        by_exchange: bool,
        limit: int,
    ) -> Trades:
        """Return the first ``limit`` trades after one instant and before another (None: no bound).

        Trades that the clock did not time are not among them.
        """
        rows = await self._transaction.fetch_all(
            _clocked(SQL.trades_between, by_exchange),
            market_id=market_id,
            after=_BEGINNING if after is None else after,
            before=_END if before is None else before,
            limit=limit,
        )
        return Trades(rows[0].count if rows else 0, tuple(_trade(row) for row in rows))

    async def run_after(self, interval: Interval, position: int, *, limit: int = 4096) -> Columns:
        """Return the next events of an interval after ``position``; none: it ends there for now.

        Times are as they came, not the running maxima. At most ``limit`` rows, or one segment.
        """
        row = await self._transaction.fetch_optional(
            SQL.run_after,
            market_id=interval.market_id,
            from_position=interval.from_position,
            after=position,
            upto=interval.upto,
            limit=limit,
            no_time=NO_TIME,
        )
        if row is not None and row.data is not None:
            return events_after(decode(row.data).columns, position)
        return events_of(row)

    async def _point(
        self, chosen: str, asked: dict[str, int], *, by_exchange: bool
    ) -> tuple[Row, Interval, BookPoint] | None:
        """Return the row, the interval and its book; one statement if the book is sealed."""
        at = Micros(asked["at"])
        query = _clocked(SQL.sealed_point, by_exchange, chosen)
        row = await self._transaction.fetch_optional(query, **asked)
        if row is not None:
            return row, interval_of(row), point_of_segment(row, at, by_exchange=by_exchange)
        query = _clocked(SQL.point, by_exchange, chosen)
        row = await self._transaction.fetch_optional(query, no_time=NO_TIME, **asked)
        if row is None:
            return None
        interval = interval_of(row)
        start = start_of(row, interval, at, by_exchange=by_exchange)
        return row, interval, point_after(start, events_of(row), at, by_exchange=by_exchange)


@cache
def _clocked(query: str, by_exchange: bool, chosen: str = "") -> str:
    """Return the query with the clock that is asked for in it, and how to choose the interval."""
    whole = query.replace("{interval}", chosen)
    return whole.replace("{clock}", "exchange" if by_exchange else "received")


def _stretch(row: Row, interval: Interval, *, by_exchange: bool) -> Stretch:
    began, end = interval.bounds(by_exchange=by_exchange)
    assert began is not None
    is_open = interval.to_position is None and row.told_upto == end
    return Stretch(interval, began, row.told_since, row.told_upto, is_open)


def _faults(row: Row) -> Sequence[ClockFault]:
    bounds = zip(row.faults_since or (), row.faults_upto or (), strict=True)
    return [ClockFault(since, upto) for since, upto in bounds]


def _trade(row: Row) -> Trade:
    return Trade(
        row.trade_id,
        row.received_at,
        row.exchange_at,
        row.yes_price,
        row.size,
        None if row.taker_side is None else Side(row.taker_side),
        row.is_block,
    )
