"""The ingest at work beside the recorders, and what its tape knows at any moment."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from types import MappingProxyType

from playhead.base.errors import Unavailable
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.entrypoints.worker import now_micros
from playhead.history.capture import CaptureStore
from playhead.history.ingest import Follower, IngestStore, Limits
from playhead.history.tape import Partitions
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Session

SQL = load_sql(__package__)
IDLE_SECONDS = 0.02
LOOK_SECONDS = 0.2
"""While there is always more to read, what is known is looked at so often."""
_FAULTS_REACH_BACK = 10 * MICROS_PER_SECOND
Place = tuple[int, int]
"""A capture and one of its connections."""

_NEVER = Micros(0)
_NOTHING: Mapping[str, int] = MappingProxyType({})


class IngestFailed(Unavailable):
    """The ingest ended by itself."""

    code = "chaos.ingest_failed"


@dataclass(frozen=True, slots=True)
class Known:
    """What the tape knows, from everything that was durable at ``as_of``.

    Attributes:
        books: Where each open interval begins, by ticker, on each connection.
        clock_faults: Causes and starts of the newest faults of our clock; connection -1: all.
    """

    as_of: Micros = _NEVER
    books: Mapping[Place, Mapping[str, int]] = field(default_factory=dict)
    clock_faults: frozenset[tuple[Place, str, Micros]] = frozenset()

    def on(self, place: Place) -> Mapping[str, int]:
        """Return where the open intervals of a connection begin."""
        return self.books.get(place, _NOTHING)

    def of_capture(self, capture: int) -> dict[str, int]:
        """Return where the open intervals of all connections of a capture begin."""
        return {
            ticker: start
            for place, books in self.books.items()
            if place[0] == capture
            for ticker, start in books.items()
        }


class Following:
    """Brings captures on to the tape in a thread of its own."""

    def __init__(self, url: str, captures: CaptureStore, limits: Limits) -> None:
        self._url = url
        self._captures = captures
        self._limits = limits
        self._known = Known()
        self._ending = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)

    @property
    def known(self) -> Known:
        """What the tape knows now.

        Raises:
            IngestFailed: The ingest is no longer there.
        """
        if self._failure is not None:
            raise IngestFailed(f"the ingest ended: {self._failure}") from self._failure
        return self._known

    @contextmanager
    def running(self) -> Iterator["Following"]:
        """Let it run; at the end everything that was recorded is on the tape."""
        self._thread.start()
        try:
            yield self
        finally:
            self._ending.set()
            self._thread.join()
        assert self.known is not None

    def _run(self) -> None:
        try:
            with Session.open(self._url) as tape, Session.open(self._url) as look:
                store = IngestStore(tape, Partitions(tape), limits=self._limits)
                with Follower(self._captures, store, now=now_micros) as follower:
                    self._follow(follower, look)
        except BaseException as failure:  # noqa: BLE001 - told to whoever asks what is known
            self._failure = failure

    def _follow(self, follower: Follower, look: Session) -> None:
        as_of = _NEVER
        while True:
            is_last, begun_at = self._ending.is_set(), now_micros()
            turn = _Turn(is_long=is_last)
            follower.catch_up(until=turn.is_over)
            if follower.damaged:
                raise IngestFailed(f"captures cannot be read: {follower.damaged}")
            as_of = as_of if turn.was_cut else begun_at
            self._known = _look(look, as_of)
            if is_last:
                return
            self._ending.wait(IDLE_SECONDS)


class _Turn:
    """One go at catching up; where there is always more to read, it is cut short."""

    def __init__(self, *, is_long: bool) -> None:
        self.was_cut = False
        self._due = inf if is_long else time.monotonic() + LOOK_SECONDS

    def is_over(self) -> bool:
        self.was_cut = time.monotonic() > self._due
        return self.was_cut


def _look(session: Session, as_of: Micros) -> Known:
    since = as_of - _FAULTS_REACH_BACK
    faults = session.fetch_all(SQL.newest_clock_faults, since=since)
    return Known(
        as_of,
        _by_place(session.fetch_all(SQL.open_intervals)),
        frozenset(
            ((row.capture_id, row.connection), row.cause, row.received_from) for row in faults
        ),
    )


def _by_place(rows: list[Row]) -> dict[Place, dict[str, int]]:
    books: dict[Place, dict[str, int]] = {}
    for row in rows:
        books.setdefault((row.capture_id, row.connection), {})[row.ticker] = row.from_position
    return books
