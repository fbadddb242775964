"""Brings a history on to a tape as the ingest does, without a capture file in between."""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from benchmarks.history import History
from benchmarks.tape import now_micros
from playhead.history.capture import Record
from playhead.history.ingest import IngestStore
from playhead.history.tape import Partitions
from playhead.storage.postgres import Session

CAPTURE = 1


class Loader:
    """Feeds a history to an ingest; a batch is committed while the next one is read."""

    def __init__(self, session: Session, history: History) -> None:
        self._store = IngestStore(session, Partitions(session))
        self._history = history
        self._offset = 0
        self._pending: Future[None] | None = None
        self._ingest, _ = self._store.load(
            CAPTURE,
            name="bench",
            recorder="bench",
            registry=self._store.market_registry(),
            settle=self._settle,
        )

    def load(self, events: int) -> None:
        """Add the next ``events`` changes of the history and wait until they are durable."""
        with ThreadPoolExecutor(1, "commit") as thread:
            if self._offset == 0:
                self._take(self._history.opening(), thread)
            for records in self._history.batches(events):
                self._take(records, thread)
            self._settle()

    def _take(self, records: list[Record], thread: ThreadPoolExecutor) -> None:
        self._ingest.feed(records)
        batch = self._ingest.take_batch()
        start, self._offset = self._offset, records[-1].next_offset
        commit = partial(
            self._store.commit, CAPTURE, batch, from_offset=start, to_offset=self._offset
        )
        self._settle()
        self._pending = thread.submit(commit, now=now_micros())

    def _settle(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()
