"""The process that brings captures on to the tape. One at a time; crash it at any moment.

What it reads, a process of its own commits.
"""

import time
from functools import partial

from playhead.base.time import MICROS_PER_SECOND
from playhead.entrypoints.collector import collecting_seldom
from playhead.entrypoints.committing import CommittingProcess
from playhead.entrypoints.databases import owner_database_url
from playhead.entrypoints.settings import Settings, child_environment
from playhead.entrypoints.status_file import write_status
from playhead.entrypoints.worker import (
    Stop,
    keep_working,
    now_micros,
    now_nanos,
)
from playhead.history.capture import CaptureStore
from playhead.history.ingest import Follower, IngestStore
from playhead.history.tape import Partitions
from playhead.storage.postgres import Session

IDLE_SECONDS = 0.05
STATUS_SECONDS = 1.0
SOON_SECONDS = 0.2
"""How soon it is told that other markets are without a book than before."""
MOST_BEHIND = 5 * MICROS_PER_SECOND
"""An ingest further behind tells nothing of markets without a book: they may have one again."""
LOCK = 0x696E67657374  # "ingest"


def main(settings: Settings) -> None:
    """Follow every capture of the state folder until SIGTERM or SIGINT."""
    stop = Stop.on_signals()
    keep_working(partial(_work, settings, stop), stop)


def _work(settings: Settings, stop: Stop) -> None:
    captures = CaptureStore(settings.home / "captures", now_nanos)
    url = owner_database_url(settings)
    with (
        collecting_seldom(),
        CommittingProcess.running(
            url, lock=LOCK, environment=child_environment(settings)
        ) as committer,
        Session.open(url, name="playhead-ingest") as session,
    ):
        store = IngestStore(session, Partitions(session))
        with Follower(captures, store, now=now_micros, committer=committer) as follower:
            _follow(follower, settings, stop)


def _follow(follower: Follower, settings: Settings, stop: Stop) -> None:
    pulse = _Pulse(follower)
    while not stop.is_set:
        found = follower.catch_up(until=lambda: stop.is_set or pulse.is_due)
        if pulse.is_due:
            write_status(settings.home, "ingest", pulse.beat())
        if not found:
            stop.wait(IDLE_SECONDS)


class _Pulse:
    """What is told about once a second, however long there is something to catch up with."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._told_at = time.monotonic()
        self._frames = 0
        self._lapsed: dict[str, list[str]] = {}

    @property
    def is_due(self) -> bool:
        """Whether the last time was long enough ago, or there is something to heal."""
        since = time.monotonic() - self._told_at
        if since >= STATUS_SECONDS:
            return True
        return since >= SOON_SECONDS and self._follower.lapsed() != self._lapsed

    def beat(self) -> dict[str, object]:
        """Return the numbers of now, rates since the last time."""
        totals, elapsed = self._follower.totals, time.monotonic() - self._told_at
        rate = round((totals.frames - self._frames) / elapsed)
        self._told_at, self._frames = time.monotonic(), totals.frames
        lag = None if totals.received_at is None else now_micros() - totals.received_at
        self._lapsed = self._follower.lapsed()
        return {
            "frames": totals.frames,
            "events": totals.events,
            "frames_per_second": rate,
            "lag_ms": None if lag is None else lag // 1000,
            "damaged_captures": len(self._follower.damaged),
            "lapsed": self._lapsed if lag is not None and lag < MOST_BEHIND else {},
        }
