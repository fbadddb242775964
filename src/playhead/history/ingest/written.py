"""Writes what surrounds the events of a batch: incidents, audits, trades, the exchange's state."""

from collections.abc import Sequence

import msgspec

from playhead.history.ingest.batch import Audit, Batch
from playhead.history.tape import books_to_bytes
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Session

SQL = load_sql(__package__)


def write_around(session: Session, capture_id: int, batch: Batch) -> None:
    """Add everything of ``batch`` but its events and intervals, within the transaction there is."""
    _write_incidents(session, capture_id, batch)
    _write_clock_faults(session, capture_id, batch)
    _write_audits(session, capture_id, batch.audits)
    _write_trades(session, capture_id, batch)
    _write_statuses(session, capture_id, batch)
    _write_exchange(session, capture_id, batch)


def _write_incidents(session: Session, capture_id: int, batch: Batch) -> None:
    if batch.incidents:
        session.execute(
            SQL.add_incidents,
            capture_id=capture_id,
            incident_ids=[i.incident_id for i in batch.incidents],
            connections=[i.connection for i in batch.incidents],
            sids=[i.sid for i in batch.incidents],
            causes=[i.cause for i in batch.incidents],
            received_to=[i.received_to for i in batch.incidents],
            detected_at=[i.detected_at for i in batch.incidents],
            markets=[i.markets for i in batch.incidents],
        )
    if batch.healed:
        session.execute(
            SQL.heal_incidents,
            incident_ids=list(batch.healed),
            markets=[count for count, _ in batch.healed.values()],
            at=[at for _, at in batch.healed.values()],
        )
    if batch.wounds:
        session.execute(SQL.mend_wounds, capture_id=capture_id, market_ids=list(batch.wounds))
        left = {market: found for market, found in batch.wounds.items() if found is not None}
        session.execute(
            SQL.add_wounds,
            capture_id=capture_id,
            market_ids=list(left),
            incident_ids=list(left.values()),
        )


def _write_clock_faults(session: Session, capture_id: int, batch: Batch) -> None:
    faults = list(batch.clock_faults.values())
    if faults:
        session.execute(
            SQL.tell_clock_faults,
            capture_id=capture_id,
            connections=[fault.connection for fault in faults],
            received_from=[fault.received_from for fault in faults],
            received_to=[fault.received_to for fault in faults],
            causes=[fault.cause for fault in faults],
        )


def _write_audits(session: Session, capture_id: int, audits: Sequence[Audit]) -> None:
    """Add comparisons, whose numbers follow one another, and count them."""
    if audits:
        said = books_to_bytes([a.said for a in audits])
        held = books_to_bytes([{} if a.held is None else a.held for a in audits])
        session.execute(
            SQL.add_audits,
            capture_id=capture_id,
            audit_ids=[a.audit_id for a in audits],
            market_ids=[a.market_id for a in audits],
            kinds=[a.kind for a in audits],
            from_positions=[a.from_position for a in audits],
            positions=[a.position for a in audits],
            asked_at=[a.asked_at for a in audits],
            received_at=[a.received_at for a in audits],
            exchange_at=[a.exchange_at for a in audits],
            offsets=[a.offset for a in audits],
            matches=[int(a.matches) for a in audits],
            # One value for all books: a list of them would be escaped one by one.
            said=b"".join(said),
            said_bytes=[len(book) for book in said],
            held=b"".join(held),
            held_bytes=[len(book) for book in held],
        )
        session.execute(
            SQL.count_audits, first_audit=audits[0].audit_id, last_audit=audits[-1].audit_id
        )


def _write_trades(session: Session, capture_id: int, batch: Batch) -> None:
    trades = list(batch.trades.values())
    if trades:
        session.execute(
            SQL.add_trades,
            capture_id=capture_id,
            market_ids=[t.market_id for t in trades],
            trade_ids=[t.trade_id for t in trades],
            exchange_at=[t.exchange_at for t in trades],
            received_at=[t.received_at for t in trades],
            yes_prices=[t.yes_price for t in trades],
            sizes=[t.size for t in trades],
            taker_sides=[t.taker_side for t in trades],
            is_block=[t.is_block for t in trades],
        )


def _write_statuses(session: Session, capture_id: int, batch: Batch) -> None:
    if batch.statuses:
        session.execute(
            SQL.add_lifecycles,
            capture_id=capture_id,
            market_ids=[s.market_id for s in batch.statuses],
            received_at=[s.received_at for s in batch.statuses],
            statuses=[s.status for s in batch.statuses],
        )


def _write_exchange(session: Session, capture_id: int, batch: Batch) -> None:
    states = batch.exchange_states
    if states:
        session.execute(
            SQL.add_exchange_states,
            capture_id=capture_id,
            indexes=[index for index, _, _ in states],
            at=[at for _, at, _ in states],
            is_active=[active for _, _, active in states],
        )
    if batch.maintenance:
        session.execute(
            SQL.add_maintenance,
            starts=[start for start, _ in batch.maintenance],
            ends=[end for _, end in batch.maintenance],
        )
    if batch.grids:
        session.execute(
            SQL.allow_prices,
            capture_id=capture_id,
            market_ids=list(batch.grids),
            ranges=[msgspec.json.encode(sorted(r)).decode() for r in batch.grids.values()],
        )
