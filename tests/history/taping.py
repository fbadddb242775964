"""Captures brought on to a tape, whole or in pieces, and what the tape then says."""

import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from playhead.base.time import Micros, Nanos
from playhead.history.capture import CaptureStore, CaptureWriter, Kind, Record
from playhead.history.ingest import Follower, IngestStore
from playhead.history.tape import EVENTS_A_BLOCK, Fingerprint, Partitions, SegmentStore, TapeContent
from playhead.storage.postgres import Session


def now_nanos() -> Nanos:
    """This machine's time."""
    return Nanos(time.time_ns())


def now_micros() -> Micros:
    """This machine's time."""
    return Micros(time.time_ns() // 1000)


def capture_store(root: Path) -> CaptureStore:
    """The captures below ``root``."""
    return CaptureStore(root / "captures", now_nanos)


def write_capture(store: CaptureStore, records: Iterable[Record], name: str = "made") -> None:
    """Make a capture of ``records``; a FINISHED at the end finishes it."""
    capture = store.create(name, recorder=name, source="test")
    with CaptureWriter(capture.folder) as writer:
        for item in records:
            if item.kind is Kind.FINISHED:
                writer.finish(item.payload, received_at=item.received_at)
                return
            writer.append(
                item.kind, item.payload, connection=item.connection, received_at=item.received_at
            )


class Taping:
    """The tape of one database, written by one session at a time."""

    def __init__(
        self, url: str, store: CaptureStore, *, events_a_block: int = EVENTS_A_BLOCK
    ) -> None:
        self._url = url
        self._store = store
        self._events_a_block = events_a_block

    def ingest(self, *, batches: int | None = None) -> int:
        """Start an ingest, commit ``batches`` (None: all there is), end it; return the records."""
        left = iter(range(batches)) if batches is not None else None
        with self._session() as (session, partitions), ExitStack() as stack:
            follower = Follower(self._store, IngestStore(session, partitions), now=now_micros)
            stack.enter_context(follower)
            return follower.catch_up(lambda: left is not None and next(left, None) is None)

    def seal(self, *, drop: bool = True) -> int:
        """Seal every planned run, drop what is no longer needed; return the runs sealed."""
        with self._session() as (session, partitions):
            segments = SegmentStore(session, partitions)
            sealed = 0
            while found := segments.seal_planned():
                sealed += found
            if drop:
                segments.drop_sealed_blocks()
            return sealed

    def fingerprint(self) -> Fingerprint:
        """All that the tape says."""
        with self._session() as (session, _):
            content = TapeContent(session)
            return content.fingerprint(content.extents())

    def _session(self) -> "_Opened":
        return _Opened(self._url, self._events_a_block)


class _Opened:
    def __init__(self, url: str, events_a_block: int) -> None:
        self._stack = ExitStack()
        self._url = url
        self._events_a_block = events_a_block

    def __enter__(self) -> tuple[Session, Partitions]:
        session = self._stack.enter_context(Session.open(self._url))
        return session, Partitions(session, events_a_block=self._events_a_block)

    def __exit__(self, *error: object) -> None:
        self._stack.close()
