"""Where an ingest stands, and what it adds: the only module of ingest that knows the tables."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

import msgspec
import numpy as np

from playhead.base.time import Micros
from playhead.history.ingest.batch import (
    Batch,
    Closed,
    EventColumns,
    Opened,
    Planned,
    Progress,
    Verified,
)
from playhead.history.ingest.core import Ingest
from playhead.history.ingest.errors import IngestOvertaken
from playhead.history.ingest.limits import Limits
from playhead.history.ingest.live import Live
from playhead.history.ingest.registry import MarketRegistry
from playhead.history.ingest.state import restore, restore_markets
from playhead.history.ingest.written import write_around
from playhead.history.tape import Partitions, TapeHead, books_to_bytes
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Session
from playhead.storage.rows import Column

SQL = load_sql(__package__)


class IngestStore:
    """Loads and commits ingests, by one session."""

    def __init__(
        self, session: Session, partitions: Partitions, *, limits: Limits | None = None
    ) -> None:
        self._session = session
        self._partitions = partitions
        self._limits = limits

    def market_registry(self) -> MarketRegistry:
        """Return the numbers of all markets on the tape."""
        rows = self._session.fetch_all(SQL.market_numbers)
        return MarketRegistry({row.ticker: row.market_id for row in rows})

    def load(
        self,
        capture_id: int,
        *,
        name: str,
        recorder: str,
        registry: MarketRegistry,
        settle: Callable[[], None],
        one_clock: bool = True,
    ) -> tuple[Ingest, int]:
        """Return an ingest that stands where the tape ends, and the offset to read on from.

        ``settle`` is called before the ingest reads the tape later on: it waits for a commit that
        is under way. ``one_clock``: the records of all connections are in one order of time.
        """
        self._session.execute(
            SQL.register_capture, capture_id=capture_id, name=name, recorder=recorder
        )
        row = self._session.fetch_optional(SQL.capture, capture_id=capture_id)
        assert row is not None
        ingest = Ingest(
            capture_id,
            _SettledHead(TapeHead(self._session), settle),
            registry,
            events_a_block=self._partitions.events_a_block,
            limits=self._limits,
            one_clock=one_clock,
        )
        ingest.draft.last_position = row.last_position
        ingest.finished = row.finished
        restore(ingest, row.state)
        self._restore_tables(ingest)
        self._restore_markets(ingest)
        restore_markets(ingest, row.state)
        return ingest, row.ingested_to

    def commit(
        self, capture_id: int, batch: Batch, *, from_offset: int, to_offset: int, now: Micros
    ) -> None:
        """Add ``batch`` to the tape and move the capture's offset on, in one transaction.

        Raises:
            IngestOvertaken: Another ingest has moved this capture on; nothing is written.
        """
        assert batch.progress is not None
        events = batch.events.columns()
        first = int(events.position[0]) if len(batch.events) else None
        self._partitions.prepare(first, batch.progress.last_position)
        with self._session.transaction():
            self._advance(capture_id, batch, from_offset, to_offset, now)
            self._copy_events(events)
            with self._session.at_once():
                self._mark_streams(capture_id, batch.progress)
                self._add_markets(batch)
                self._count_events(events)
                self._open_coverage(capture_id, batch.opened)
                self._add_keyframes(batch)
                self._tell_coverage(batch)
                self._plan_segments(batch.planned)
                self._close_coverage(batch.closed)
                write_around(self._session, capture_id, batch)

    def _restore_tables(self, ingest: Ingest) -> None:
        for row in self._session.fetch_all(SQL.grids, capture_id=ingest.capture_id):
            ingest.draft.grids.restore(row.ticker, row.price_ranges)
        for row in self._session.fetch_all(SQL.wounds, capture_id=ingest.capture_id):
            ingest.draft.wounds[row.ticker] = row.incident_id

    def _restore_markets(self, ingest: Ingest) -> None:
        rows = self._session.fetch_all(
            SQL.open_intervals,
            capture_id=ingest.capture_id,
            last_position=ingest.draft.last_position,
        )
        for row in rows:
            live = _restored(row)
            stream = ingest.connections[row.connection].stream(row.sid)
            live.grid = ingest.draft.grids.grid(row.ticker)
            stream.lives[row.ticker] = ingest.draft.owners[row.ticker] = live

    def _advance(
        self, capture_id: int, batch: Batch, from_offset: int, to_offset: int, now: Micros
    ) -> None:
        progress = batch.progress
        assert progress is not None
        moved = self._session.execute(
            SQL.advance_capture,
            capture_id=capture_id,
            ingested_from=from_offset,
            ingested_to=to_offset,
            now=now,
            started_at=batch.started_at,
            last_position=progress.last_position,
            state=_json(progress.state),
            finished=progress.finished,
            frames=batch.frames,
            counters=_json(dict(batch.counters)),
        )
        if moved != 1:
            raise IngestOvertaken(capture_id=capture_id)

    def _mark_streams(self, capture_id: int, progress: Progress) -> None:
        self._session.execute(
            SQL.mark_streams,
            capture_id=capture_id,
            connections=[mark.connection for mark in progress.streams],
            sids=[mark.sid for mark in progress.streams],
            received_to=[mark.received_to for mark in progress.streams],
            exchange_to=[mark.exchange_to for mark in progress.streams],
        )

    def _add_markets(self, batch: Batch) -> None:
        if batch.new_markets:
            self._session.execute(
                SQL.add_markets,
                market_ids=list(batch.new_markets.values()),
                tickers=list(batch.new_markets),
            )
        if batch.facts:
            facts = _json(
                [
                    {**asdict(facts), "told": batch.told[ticker]}
                    for ticker, facts in batch.facts.items()
                ]
            )
            self._session.execute(SQL.learn_markets, facts=facts)

    def _open_coverage(self, capture_id: int, opened: Sequence[Opened]) -> None:
        if opened:
            self._session.execute(
                SQL.open_coverage,
                capture_id=capture_id,
                market_ids=[o.market_id for o in opened],
                from_positions=[o.from_position for o in opened],
                connections=[o.connection for o in opened],
                sids=[o.sid for o in opened],
                opened_by=[o.opened_by for o in opened],
                offsets=[o.offset for o in opened],
                keyframes=books_to_bytes([o.levels for o in opened]),
                received_from=[o.received_from for o in opened],
                exchange_from=[o.exchange_from for o in opened],
            )

    def _copy_events(self, events: EventColumns) -> None:
        if len(events.position):
            self._session.copy_in("events", _event_columns(events))

    def _count_events(self, events: EventColumns) -> None:
        if len(events.position):
            ids, counts = np.unique(events.market_id, return_counts=True)
            self._session.execute(SQL.count_events, market_ids=ids.tolist(), events=counts.tolist())

    def _add_keyframes(self, batch: Batch) -> None:
        frames = batch.keyframes
        if frames:
            self._session.execute(
                SQL.add_keyframes,
                market_ids=[k.market_id for k in frames],
                before_positions=[k.before_position for k in frames],
                positions=[k.position for k in frames],
                received_at=[k.received_at for k in frames],
                exchange_at=[k.exchange_at for k in frames],
                levels=books_to_bytes([k.levels for k in frames]),
            )

    def _tell_coverage(self, batch: Batch) -> None:
        if batch.exchange_from:
            self._session.execute(
                SQL.tell_exchange_from,
                **_keys(batch.exchange_from),
                at=list(batch.exchange_from.values()),
            )
        if batch.verified:
            verified = list(batch.verified.values())
            self._session.execute(
                SQL.verify_coverage,
                **_keys(batch.verified),
                positions=[v.position for v in verified],
                received_at=[v.received_at for v in verified],
                exchange_at=[v.exchange_at for v in verified],
            )

    def _plan_segments(self, planned: Sequence[Planned]) -> None:
        if planned:
            self._session.execute(
                SQL.plan_segments,
                market_ids=[p.market_id for p in planned],
                first_positions=[p.first_position for p in planned],
                last_positions=[p.last_position for p in planned],
                from_positions=[p.from_position for p in planned],
                events=[p.events for p in planned],
                received_first=[p.received_first for p in planned],
                received_last=[p.received_last for p in planned],
                exchange_first=[p.exchange_first for p in planned],
                exchange_last=[p.exchange_last for p in planned],
            )

    def _close_coverage(self, closed: Sequence[Closed]) -> None:
        if closed:
            self._session.execute(
                SQL.close_coverage,
                market_ids=[c.market_id for c in closed],
                from_positions=[c.from_position for c in closed],
                to_positions=[c.to_position for c in closed],
                received_to=[c.received_to for c in closed],
                exchange_to=[c.exchange_to for c in closed],
                causes=[c.ending.cause for c in closed],
                detected_at=[c.ending.detected_at for c in closed],
                detected_exchange_at=[c.ending.detected_exchange_at for c in closed],
                incident_ids=[c.ending.incident_id for c in closed],
            )


class _SettledHead:
    """Books at the head of the tape, once nothing is on its way there."""

    def __init__(self, head: TapeHead, settle: Callable[[], None]) -> None:
        self._head = head
        self._settle = settle

    def levels_at_head(self, market_id: int, from_position: int) -> dict[int, int]:
        self._settle()
        return self._head.levels_at_head(market_id, from_position)


def _event_columns(events: EventColumns) -> list[Column]:
    return [
        Column("position", 8, events.position),
        Column("market_id", 4, events.market_id),
        Column("received_at", 8, events.received_at, nullable=True),
        Column("exchange_at", 8, events.exchange_at, nullable=True),
        Column("side", 2, events.level & 1),
        Column("price", 4, events.level >> 1),
        Column("size", 8, events.size),
    ]


def _keys(told: Iterable[tuple[int, int]]) -> dict[str, list[int]]:
    """Return the keys of intervals as the two columns that queries take."""
    keys = list(told)
    return {
        "market_ids": [market_id for market_id, _ in keys],
        "from_positions": [from_position for _, from_position in keys],
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _restored(row: Row) -> Live:
    key = (row.connection, row.sid)
    live = Live(row.ticker, row.market_id, row.from_position, key, None)
    live.move_clocks(row.received_base, row.exchange_base)
    live.verified = Verified(row.verified_position, row.verified_received, row.verified_exchange)
    live.last_position = row.planned_to
    if row.events:
        live.move_clocks(row.received_first, row.exchange_first)
        live.count(row.first_position)
        live.run_events = row.events
        live.last_position = row.last_position
        live.move_clocks(row.received_last, row.exchange_last)
    live.since_keyframe = row.since_keyframe
    return live
