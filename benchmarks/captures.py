"""Captures to read: written as a recorder writes them."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from playhead.base.time import Nanos
from playhead.history.capture import CaptureReader, CaptureStore, CaptureWriter, Kind, Record

Received = tuple[Nanos, bytes]
_FLUSH_BYTES = 32 * 1024 * 1024
_OPENED = b'{"url":null,"use_yes_price":false}'


def capture_store(folder: Path) -> CaptureStore:
    """Return the captures in ``folder``."""
    return CaptureStore(folder, lambda: Nanos(time.time_ns()))


def write_capture(folder: Path, frames: Iterable[Received]) -> CaptureStore:
    """Write ``frames`` of one connection to a new capture, which stays open for more."""
    store = capture_store(folder)
    capture = store.create("bench", recorder="bench", source="benchmarks")
    with CaptureWriter(capture.folder) as writer:
        writer.append(Kind.OPENED, _OPENED, connection=1, received_at=None)
        for received_at, frame in frames:
            writer.append(Kind.FRAME, frame, connection=1, received_at=received_at)
            if writer.waiting_bytes > _FLUSH_BYTES:
                writer.flush()
    return store


def frames_of(captures: CaptureStore) -> Iterator[Record]:
    """Yield every frame of every capture."""
    for capture in captures.captures():
        with CaptureReader(capture.folder) as reader:
            yield from (record for record in reader.records() if record.kind is Kind.FRAME)
