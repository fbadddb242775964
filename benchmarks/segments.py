"""Bytes an event: sealed segments beside rows and beside compressed JSON."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psycopg
import zstandard

from benchmarks.captures import capture_store, frames_of
from benchmarks.report import Row
from benchmarks.stats import times
from benchmarks.tape import read_captures, settle
from benchmarks.workshop import Workshop
from playhead.history.capture import CaptureStore, import_recording
from playhead.history.tape import (
    NO_TIME,
    Partitions,
    Segment,
    SegmentStore,
    decode,
    encode,
)
from playhead.storage.postgres import Session

RECORDINGS = ("kxbtcmaxy-2025-11", "inxd-2023-08-31", "kxbtc-2026-04-18")
AIMS = {"kxbtcmaxy-2025-11": ("<= 6", "<= 4")}
_LEVEL = 12
_ROW_BYTES = """
    SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits
     WHERE inhparent = 'events'::regclass"""


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes an event of one history, kept in several ways."""

    events: int
    both_clocks: float
    one_clock: float
    rows: float
    json: float


def measure(shop: Workshop) -> list[Row]:
    """Weigh the simulated exchange, and every recording that is there."""
    rows = _rows("simulated", weigh(shop.simulated, shop.new_database()))
    for name in RECORDINGS:
        file = shop.data / f"{name}.frames.jsonl.zst"
        if file.exists():
            rows += _rows(name, _weigh_recording(shop, file))
        else:
            rows.append(Row(f"bytes an event, {name}", "skipped: the recording is not here"))
    return rows


def weigh(captures: CaptureStore, url: str) -> Weights:
    """Read ``captures`` on to a tape of their own, seal them, and weigh what became of them."""
    read_captures(captures, url)
    settle(url)
    row_bytes, row_count = _row_store(url)
    segments = _sealed(url)
    events = sum(len(segment.columns) for segment in segments)
    return Weights(
        events=events,
        both_clocks=sum(len(encode(segment)) for segment in segments) / events,
        one_clock=sum(len(encode(_by_receipt(segment))) for segment in segments) / events,
        rows=row_bytes / row_count,
        json=_json_bytes(captures) / row_count,
    )


def _rows(name: str, weights: Weights) -> list[Row]:
    beside = f"rows {weights.rows:.1f}, zstd JSON {weights.json:.1f}"
    aims = AIMS.get(name, ("", ""))
    what = f"bytes an event, {name}"
    both, one = weights.both_clocks, weights.one_clock
    return [
        Row(
            f"{what}, both clocks",
            f"{both:.2f} ({weights.events:,} sealed)",
            beside,
            f"{times(weights.rows, both)}, {times(weights.json, both)}",
            aims[0],
        ),
        Row(f"{what}, one clock", f"{one:.2f}", "", times(weights.rows, one), aims[1]),
    ]


def _weigh_recording(shop: Workshop, file: Path) -> Weights:
    shop.tell(f"weighing {file.name}")
    captures = capture_store(shop.folder / f"captures-of-{file.name}")
    import_recording(captures, file)
    return weigh(captures, shop.new_database())


def _row_store(url: str) -> tuple[int, int]:
    with psycopg.connect(url) as connection:
        size = connection.execute(_ROW_BYTES).fetchone()
        count = connection.execute("SELECT count(*) FROM events").fetchone()
    assert size is not None
    assert count is not None
    return int(size[0]), int(count[0])


def _sealed(url: str) -> list[Segment]:
    with Session.open(url) as session:
        store = SegmentStore(session, Partitions(session))
        while store.seal_planned():
            pass
        found = session.fetch_all("SELECT data FROM segment_data ORDER BY first_position")
    return [decode(row.data) for row in found]


def _by_receipt(segment: Segment) -> Segment:
    silent = np.full_like(segment.columns.exchange_at, NO_TIME)
    return Segment(segment.keyframe, replace(segment.columns, exchange_at=silent))


def _json_bytes(captures: CaptureStore) -> int:
    """Return what the frames of changes take as lines of JSON, compressed in one piece."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL).compressobj()
    size = 0
    for record in frames_of(captures):
        if b'"orderbook_delta"' in record.payload[:40]:
            size += len(compressor.compress(record.payload.rstrip() + b"\n"))
    return size + len(compressor.flush())
