"""From captures to a tape, with the parts that the processes use."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from playhead.base.time import Micros
from playhead.entrypoints.collector import collecting_seldom
from playhead.entrypoints.committing import CommittingProcess
from playhead.entrypoints.ingest import LOCK
from playhead.history.capture import CaptureStore
from playhead.history.ingest import Follower, IngestStore
from playhead.history.tape import Partitions, SegmentStore
from playhead.storage.postgres import Session


def now_micros() -> Micros:
    """Return this machine's time."""
    return Micros(time.time_ns() // 1000)


@contextmanager
def follower(captures: CaptureStore, url: str) -> Iterator[Follower]:
    """Give an ingest of ``captures`` as the process of that name runs it, ready to read."""
    with (
        collecting_seldom(),
        CommittingProcess.running(url, lock=LOCK, environment=os.environ) as committer,
        Session.open(url, name="bench-ingest") as session,
        Follower(
            captures,
            IngestStore(session, Partitions(session)),
            now=now_micros,
            committer=committer,
        ) as reader,
    ):
        yield reader


def read_captures(captures: CaptureStore, url: str) -> None:
    """Bring everything in ``captures`` on to the tape."""
    with follower(captures, url) as reader:
        while reader.catch_up():
            pass


def seal(url: str) -> None:
    """Turn every complete run into a segment and drop the rows that are sealed."""
    with Session.open(url, name="bench-sealer") as session:
        segments = SegmentStore(session, Partitions(session))
        while segments.seal_planned():
            pass
        segments.drop_sealed_blocks()


def settle(url: str) -> None:
    """Let the server finish what it would do meanwhile, so that a measurement is undisturbed."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
