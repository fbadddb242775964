"""Makes the tape anew from the captures, and proves that it is the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from playhead.base.errors import Conflict
from playhead.entrypoints.databases import owner_database_url
from playhead.entrypoints.ingest import LOCK as INGEST_LOCK
from playhead.entrypoints.sealer import LOCK as SEALER_LOCK
from playhead.entrypoints.settings import Settings
from playhead.entrypoints.worker import now_micros, now_nanos
from playhead.history.capture import CaptureStore
from playhead.history.ingest import Follower, IngestStore
from playhead.history.tape import (
    Comparison,
    Partitions,
    SegmentStore,
    TapeContent,
    compare,
)
from playhead.storage.migrate import migrate
from playhead.storage.postgres import Session

_SCRATCH = "playhead_rebuild"


class TapeInUse(Conflict):
    """The tape cannot be replaced while processes write to it."""

    code = "tape.in_use"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a rebuild found: how much was read from the captures, and how it compares."""

    frames: int
    events: int
    comparison: Comparison

    @property
    def is_whole(self) -> bool:
        """Whether something was recorded and all of it comes out the same."""
        return self.events > 0 and self.comparison.is_same


def check_recording(settings: Settings) -> CheckReport:
    """Rebuild beside the tape, in a database of its own that is dropped afterwards, and compare.

    Works while everything runs: what was recorded in the meantime is not held against the tape.
    """
    url = owner_database_url(settings)
    with _scratch_database(url) as scratch:
        with Session.open(url, name="playhead-check") as session:
            kept = TapeContent(session)
            extents = kept.extents()
            before = kept.fingerprint(extents)
        with Session.open(scratch, name="playhead-rebuild") as session:
            frames, events = _read_all(settings.home / "captures", session)
            after = TapeContent(session).fingerprint(extents)
            _seal_all(session)
            after = replace(after, segments=TapeContent(session).fingerprint({}).segments)
    return CheckReport(frames, events, compare(before, after))


def replace_tape(settings: Settings) -> CheckReport:
    """Empty the tape, make it anew, and compare it with what it was.

    Raises:
        TapeInUse: An ingest or a sealer is at work on it.
    """
    with Session.open(owner_database_url(settings), name="playhead-rebuild") as session:
        if not (session.take_lock(INGEST_LOCK) and session.take_lock(SEALER_LOCK)):
            raise TapeInUse("Playhead is running: stop it first, or compare with --check")
        content = TapeContent(session)
        extents = content.extents()
        before = content.fingerprint(extents)
        content.empty()
        frames, events = _read_all(settings.home / "captures", session)
        _seal_all(session)
        return CheckReport(frames, events, compare(before, content.fingerprint(extents)))


def _read_all(captures: Path, session: Session) -> tuple[int, int]:
    store = IngestStore(session, Partitions(session))
    with Follower(CaptureStore(captures, now_nanos), store, now=now_micros) as follower:
        while follower.catch_up():
            pass
        return follower.totals.frames, follower.totals.events


def _seal_all(session: Session) -> None:
    segments = SegmentStore(session, Partitions(session))
    while segments.seal_planned():
        pass


@contextmanager
def _scratch_database(url: str) -> Iterator[str]:
    """Give the address of an empty, migrated database on the same server."""
    with Session.open(url) as session:
        session.execute(f"DROP DATABASE IF EXISTS {_SCRATCH} WITH (FORCE)")
        session.execute(f"CREATE DATABASE {_SCRATCH}")
    parts = urlsplit(url)
    scratch = urlunsplit(parts._replace(path=f"/{_SCRATCH}"))
    try:
        migrate(scratch)
        yield scratch
    finally:
        with Session.open(url) as session:
            session.execute(f"DROP DATABASE IF EXISTS {_SCRATCH} WITH (FORCE)")
