"""The tape's tables: the only module of tape that knows them."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from playhead.base.time import Micros
from playhead.history.tape.codec import (
    Segment,
    decode,
    digest,
    encode,
    levels_from_bytes,
)
from playhead.history.tape.columns import NO_EVENTS, NO_TIME, Columns, Ints, sum_levels
from playhead.history.tape.errors import CorruptSegment
from playhead.history.tape.fingerprint import Fingerprint
from playhead.history.tape.partitions import Partitions
from playhead.history.tape.pieces import (
    BookPoint,
    Interval,
    SegmentPiece,
    events_after,
    opening_point,
    point_after,
    point_in_segment,
)
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Session, Transaction

SQL = load_sql(__package__)


class TapeReader:
    """Reads the tape within one lent connection; every call is one consistent statement."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def point(
        self, market_id: int, at: Micros, *, by_exchange: bool, from_position: int | None = None
    ) -> tuple[Interval, BookPoint] | None:
        """Return the book at ``at`` and the interval that proves it, or None: it is not known.

        Of several intervals that hold ``at`` it is the one that began last, unless the one that
        begins at ``from_position`` is wanted.
        """
        asked = {"market_id": market_id, "at": at, "from_position": from_position}
        row = await self._transaction.fetch_optional(
            _clocked(SQL.sealed_point, by_exchange), **asked
        )
        if row is not None:
            return _interval(row), _point_in_segment(row, at, by_exchange)
        row = await self._transaction.fetch_optional(
            _clocked(SQL.point, by_exchange), no_time=NO_TIME, **asked
        )
        if row is None:
            return None
        interval = _interval(row)
        start = _start(row, interval, at, by_exchange=by_exchange)
        return interval, point_after(start, _rows(row), at, by_exchange=by_exchange)

    async def newest(self, market_id: int, *, by_exchange: bool) -> Micros | None:
        """Return the latest instant at which the book is proven."""
        query = _clocked(SQL.newest, by_exchange)
        row = await self._transaction.fetch_optional(query, market_id=market_id)
        return None if row is None else row.at

    async def intervals(
        self, market_id: int, since: Micros, until: Micros, *, by_exchange: bool
    ) -> list[Interval]:
        """Return the intervals that touch [since, until), in order of their start."""
        query = _clocked(SQL.intervals, by_exchange)
        rows = await self._transaction.fetch_all(
            query, market_id=market_id, since=since, until=until
        )
        return [_interval(row) for row in rows]

    async def around(
        self, market_id: int, at: Micros, *, by_exchange: bool
    ) -> tuple[Interval | None, Interval | None]:
        """Return the interval that reaches furthest of those begun by ``at``, and the next one.

        The first may reach ``at``: an open interval grows between two questions.
        """
        query = _clocked(SQL.around, by_exchange)
        rows = await self._transaction.fetch_all(query, market_id=market_id, at=at)
        before = after = None
        for interval in map(_interval, rows):
            start = interval.bounds(by_exchange=by_exchange)[0]
            assert start is not None
            if start <= at:
                before = interval
            else:
                after = interval
        return before, after

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
        return _rows(row)


class TapeHead:
    """The newest books of the tape, for an ingest that goes on after a restart."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def levels_at_head(self, market_id: int, from_position: int) -> dict[int, int]:
        """Return the level codes and sizes after the newest event of an interval."""
        row = self._session.fetch_optional(
            SQL.head_of_interval, market_id=market_id, from_position=from_position
        )
        assert row is not None
        if row.framed_levels is not None:
            start = levels_from_bytes(row.framed_levels)
        elif row.data is not None:
            segment = decode(row.data)
            start = sum_levels(segment.keyframe, segment.columns.level, segment.columns.change)
        else:
            start = levels_from_bytes(row.keyframe)
        levels = sum_levels(start, _ints(row.level), _ints(row.size))
        return dict(zip(levels.level.tolist(), levels.size.tolist(), strict=True))


class TapeContent:
    """All that a tape says: to compare it with another, or to begin anew."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def extents(self) -> dict[int, tuple[int, int]]:
        """Return from and up to which position each capture's events are rows (inclusive)."""
        rows = self._session.fetch_all(SQL.extents)
        nowhere = 1 << 62
        return {
            row.capture_id: (nowhere if row.rows_from is None else row.rows_from, row.last_position)
            for row in rows
        }

    def fingerprint(self, extents: Mapping[int, tuple[int, int]]) -> Fingerprint:
        """Return what the tape says; rows are hashed within ``extents``, by capture."""
        return Fingerprint(
            segments=self._by_key(SQL.fingerprint_segments),
            coverage=self._by_key(SQL.fingerprint_coverage),
            rows=self._by_key(
                SQL.fingerprint_rows,
                capture_ids=list(extents),
                from_positions=[first for first, _ in extents.values()],
                upto=[upto for _, upto in extents.values()],
            ),
        )

    def empty(self) -> None:
        """Forget everything but the numbers of markets. The captures can tell it again."""
        self._session.execute(SQL.empty_tape)

    def _by_key(self, query: str, **parameters: object) -> dict[tuple[str, int], tuple[Any, ...]]:
        rows = self._session.fetch_all(query, **parameters)
        return {(row[0], row[1]): tuple(row[2:]) for row in rows}


class SegmentStore:
    """Turns planned runs into segments, and drops the rows that they replace."""

    def __init__(self, session: Session, partitions: Partitions) -> None:
        self._session = session
        self._partitions = partitions

    def seal_planned(self, limit: int = 256) -> int:
        """Seal up to ``limit`` planned runs, oldest first, and return how many there were."""
        planned = self._session.fetch_all(SQL.planned_segments, limit=limit)
        for day in sorted({row.day for row in planned}):
            self._partitions.prepare_day(day)
        for row in planned:
            self._seal(row)
        return len(planned)

    def drop_sealed_blocks(self) -> list[int]:
        """Drop the partitions whose every event is sealed; return the first position of each."""
        size = self._partitions.events_a_block
        rows = self._session.fetch_all(SQL.sealed_blocks, events_a_block=size)
        for row in rows:
            self._partitions.drop_block(row.first)
        return [row.first for row in rows]

    def _seal(self, planned: Row) -> None:
        key = {"market_id": planned.market_id, "first_position": planned.first_position}
        row = self._session.fetch_optional(
            SQL.events_of_run, last_position=planned.last_position, no_time=NO_TIME, **key
        )
        columns = _rows(row)
        if len(columns) != planned.events:
            raise CorruptSegment(
                f"{planned.events} events were planned and {len(columns)} are there", **key
            )
        frame = planned.keyframe if planned.levels is None else planned.levels
        segment = Segment(levels_from_bytes(frame), columns)
        data = encode(segment)
        with self._session.transaction():
            sealed = self._session.execute(
                SQL.seal_segment, digest=digest(segment), bytes=len(data), **key
            )
            if sealed:
                self._session.execute(SQL.add_segment_data, day=planned.day, data=data, **key)


@cache
def _clocked(query: str, by_exchange: bool) -> str:
    """Return the query with the clock that is asked for in it."""
    return query.replace("{clock}", "exchange" if by_exchange else "received")


def _interval(row: Row) -> Interval:
    return Interval(
        market_id=row.market_id,
        from_position=row.from_position,
        to_position=row.to_position,
        upto=row.upto,
        received_from=row.received_from,
        received_to=row.received_to,
        exchange_from=row.exchange_from,
        exchange_to=row.exchange_to,
        closed_by=row.closed_by,
        verified_at=row.verified_at,
        recorder=row.recorder,
        keyframe=row.keyframe,
    )


def _start(row: Row, interval: Interval, at: Micros, *, by_exchange: bool) -> BookPoint:
    """Return the newest whole book that the rows go on from."""
    if row.framed_levels is not None:
        levels = levels_from_bytes(row.framed_levels)
        return BookPoint(row.framed_position, row.framed_received, row.framed_exchange, levels)
    if row.data is not None:
        return _point_in_segment(row, at, by_exchange)
    return opening_point(interval)


def _point_in_segment(row: Row, at: Micros, by_exchange: bool) -> BookPoint:
    piece = SegmentPiece(row.data, row.received_first, row.exchange_first)
    return point_in_segment(piece, at, by_exchange=by_exchange)


def _rows(row: Row | None) -> Columns:
    if row is None:
        return NO_EVENTS
    return Columns(
        _ints(row.position),
        _ints(row.received_at),
        _ints(row.exchange_at),
        _ints(row.level),
        _ints(row.size),
    )


def _ints(values: Sequence[int] | None) -> Ints:
    return np.array(values or (), dtype=np.int64)
