"""A simulated exchange whose frames are captured, and brought on to the tape, as they come."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from playhead.base.time import Micros, Nanos
from playhead.history.capture import CaptureWriter, Kind, Record
from playhead.history.ingest import Follower, IngestStore
from playhead.history.tape import Partitions
from playhead.storage.postgres import Session
from tests.history.exchange.builders import Desk, Frame
from tests.history.taping import capture_store, now_micros, now_nanos

MARKETS = 40
BURST_SECONDS = 0.05
PAUSE_SECONDS = 0.02
MICRO = 1000


class Tape:
    """Writes captures, and follows each of them on to the tape at once."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._url = database_url
        self._store = capture_store(folder)
        self._stack = ExitStack()
        self._writers: dict[str, CaptureWriter] = {}

    def __enter__(self) -> Self:
        session = self._stack.enter_context(Session.open(self._url))
        store = IngestStore(session, Partitions(session))
        self._follower = self._stack.enter_context(Follower(self._store, store, now=now_micros))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def add(self, records: Iterable[Record], name: str) -> None:
        """Write what a recorder hears, at the instants that the records have."""
        if name not in self._writers:
            capture = self._store.create(name, recorder=name, source="test")
            self._writers[name] = self._stack.enter_context(CaptureWriter(capture.folder))
        writer = self._writers[name]
        for each in records:
            writer.append(
                each.kind,
                each.payload,
                connection=each.connection,
                received_at=each.received_at,
            )
        writer.flush()
        self._follower.catch_up()


class Exchange:
    """Simulated markets that a recorder hears of now."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._desk = Desk(seed=2, markets=MARKETS, rate=600)
        self.tickers = self._desk.tickers
        self._last = 0
        opened = self._desk.subscribe("orderbook_delta", market_tickers=self.tickers)
        mark = Record(0, 0, Kind.OPENED, self._next(), 1, b'{"use_yes_price":false}')
        self._tape.add([mark, *self._heard(opened)], "simulated")

    def go_on(self, bursts: int) -> None:
        """Let a while of the exchange's time pass, burst by burst, faster than real ones."""
        for _ in range(bursts):
            time.sleep(PAUSE_SECONDS)
            self._tape.add(self._heard(self._desk.pass_time(BURST_SECONDS)), "simulated")

    def now(self) -> Micros:
        """Return an instant after all that was heard, and before all that will be."""
        return Micros(self._next() // MICRO)

    def _heard(self, frames: Iterable[Frame]) -> Iterator[Record]:
        for frame in frames:
            yield Record(0, 0, Kind.FRAME, self._next(), 1, json.dumps(frame).encode())

    def _next(self) -> Nanos:
        # No two frames at one instant: an instant then names one book.
        self._last = max(now_nanos(), self._last + MICRO)
        return Nanos(self._last)


@contextmanager
def growing_tape(database_url: str, folder: Path) -> Iterator[Tape]:
    """A tape that can be written to."""
    with Tape(database_url, folder) as tape:
        yield tape
