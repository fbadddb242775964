"""Follows every capture on to the tape: read, feed, commit, again and again."""

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import structlog

from playhead.base.time import Micros
from playhead.history.capture import Capture, CaptureReader, CaptureStore, CorruptCapture
from playhead.history.ingest.batch import Batch
from playhead.history.ingest.committing import Commit, CommitAtOnce, Committer
from playhead.history.ingest.core import Ingest
from playhead.history.ingest.repository import IngestStore

BATCH_BYTES = 4 << 20
MOST_LAPSED = 1000
"""Markets without a book that are told of one capture."""
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Totals:
    """What was done since the follower started, and how far behind it was when it last looked."""

    records: int = 0
    frames: int = 0
    events: int = 0
    received_at: Micros | None = None


@dataclass(slots=True)
class _Followed:
    capture: Capture
    ingest: Ingest
    reader: CaptureReader
    offset: int


class Follower:
    """Reads the captures of a store; nobody else may write to the tape.

    After any error it must be thrown away: a new one goes on from what was committed.
    """

    def __init__(
        self,
        captures: CaptureStore,
        store: IngestStore,
        *,
        now: Callable[[], Micros],
        committer: Committer | None = None,
    ) -> None:
        """``committer`` writes to the tape that ``store`` reads; None: ``store`` does, at once."""
        self.totals = Totals()
        self._captures = captures
        self._store = store
        self._now = now
        self._committer = committer or CommitAtOnce(store)
        self._registry = store.market_registry()
        self._followed: dict[int, _Followed] = {}
        self._finished: set[int] = set()
        self.damaged: dict[int, str] = {}
        """Captures that cannot be read further, and why; the others go on."""

    def catch_up(self, until: Callable[[], bool] = lambda: False) -> int:
        """Read everything that is there now, commit it, and return how many records it was.

        The captures have their turns, one batch each, so that a busy one holds up no other.
        ``until`` is asked between batches whether to end early.
        """
        before = self.totals.records
        waiting = self._unfinished()
        while waiting and not until():
            waiting = [capture for capture in waiting if self._read_if_whole(capture)]
        self._committer.settle()
        return self.totals.records - before

    def lapsed(self) -> dict[str, list[str]]:
        """Return the markets that are subscribed and have no book now, by folder of capture."""
        told = {
            followed.capture.folder.name: followed.ingest.lapsed()[:MOST_LAPSED]
            for followed in self._followed.values()
            if not followed.ingest.finished
        }
        return {folder: tickers for folder, tickers in told.items() if tickers}

    def close(self) -> None:
        """Close what is open."""
        for followed in self._followed.values():
            followed.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _unfinished(self) -> list[Capture]:
        ended = self._finished | set(self.damaged)
        return [each for each in self._captures.captures() if each.number not in ended]

    def _read_if_whole(self, capture: Capture) -> bool:
        """Read on in a capture and tell whether there was something.

        Damage to its files stops this one alone, where it is.
        """
        try:
            return self._read(capture)
        except CorruptCapture as damage:
            self.damaged[capture.number] = damage.message
            _log.error("ingest.damaged_capture", capture=capture.number, reason=damage.message)
            return False

    def _read(self, capture: Capture) -> bool:
        followed = self._followed.get(capture.number) or self._follow(capture)
        if followed.ingest.finished:
            self._committer.settle()
            followed.reader.close()
            self._finished.add(capture.number)
            return False
        records = followed.reader.read_batch(followed.offset, max_bytes=BATCH_BYTES)
        if not records:
            return False
        followed.ingest.feed(records)
        batch = followed.ingest.take_batch()
        start, followed.offset = followed.offset, records[-1].next_offset
        self._committer.submit(Commit(capture.number, batch, start, followed.offset, self._now()))
        self._count(len(records), batch, records[-1].received_at)
        return True

    def _follow(self, capture: Capture) -> _Followed:
        self._committer.settle()
        ingest, offset = self._store.load(
            capture.number,
            name=capture.name,
            recorder=capture.meta.recorder or capture.name,
            registry=self._registry,
            settle=self._committer.settle,
            one_clock=capture.meta.sha256 is None,  # an import may hold its connections in turn
        )
        followed = _Followed(capture, ingest, CaptureReader(capture.folder), offset)
        self._followed[capture.number] = followed
        return followed

    def _count(self, records: int, batch: Batch, received_at: int | None) -> None:
        self.totals.records += records
        self.totals.frames += batch.frames
        self.totals.events += len(batch.events)
        if received_at is not None:
            self.totals.received_at = Micros(received_at // 1000)
