"""Writes the tape's segments and compares tapes. Reading is ``reader``'s."""

from collections.abc import Mapping
from typing import Any

from playhead.history.tape.codec import Segment, decode, digest, encode, levels_from_bytes
from playhead.history.tape.columns import NO_TIME, sum_levels
from playhead.history.tape.errors import CorruptSegment
from playhead.history.tape.fingerprint import Extent, Fingerprint
from playhead.history.tape.partitions import Partitions
from playhead.history.tape.rows import events_of, ints
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Session

SQL = load_sql(__package__)


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
        levels = sum_levels(start, ints(row.level), ints(row.size))
        return dict(zip(levels.level.tolist(), levels.size.tolist(), strict=True))


class TapeContent:
    """All that a tape says: to compare it with another, or to begin anew."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def extents(self) -> dict[int, Extent]:
        """Return how much of each capture is on the tape."""
        nowhere = 1 << 62
        return {
            row.capture_id: Extent(
                nowhere if row.rows_from is None else row.rows_from,
                row.last_position,
                row.last_audit,
            )
            for row in self._session.fetch_all(SQL.extents)
        }

    def fingerprint(self, extents: Mapping[int, Extent]) -> Fingerprint:
        """Return what the tape says; rows and audits are hashed within ``extents``, by capture."""
        trades = self._session.fetch_optional(SQL.fingerprint_trades)
        assert trades is not None
        return Fingerprint(
            segments=self._by_key(SQL.fingerprint_segments),
            coverage=self._by_key(SQL.fingerprint_coverage),
            rows=self._by_key(
                SQL.fingerprint_rows,
                capture_ids=list(extents),
                from_positions=[each.rows_from for each in extents.values()],
                upto=[each.last_position for each in extents.values()],
            ),
            audits=self._by_key(
                SQL.fingerprint_audits,
                parts=1,
                capture_ids=list(extents),
                last_audits=[each.last_audit for each in extents.values()],
            ),
            incidents=self._by_key(SQL.fingerprint_incidents, parts=1),
            clock_faults=self._by_key(SQL.fingerprint_clock_faults, parts=3),
            exchange_states=self._by_key(SQL.fingerprint_exchange_states, parts=3),
            lifecycles=self._by_key(SQL.fingerprint_lifecycles, parts=4),
            trades=(trades.trades, trades.digest),
        )

    def empty(self) -> None:
        """Forget everything but the numbers of markets. The captures can tell it again."""
        self._session.execute(SQL.empty_tape)

    def _by_key(
        self, query: str, *, parts: int = 2, **parameters: object
    ) -> dict[tuple[Any, ...], tuple[Any, ...]]:
        """Return the rows by their first ``parts`` columns."""
        rows = self._session.fetch_all(query, **parameters)
        return {tuple(row[:parts]): tuple(row[parts:]) for row in rows}


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
        columns = events_of(row)
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
