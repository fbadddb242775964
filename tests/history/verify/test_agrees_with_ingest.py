"""Whatever happens on the wire: what the ingest proves, the raw capture proves too, and no more.

The answers come from the ingest's intervals and events, without a database between them.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from playhead.base.time import Micros
from playhead.history.books import Book, Price, Size, book_digest
from playhead.history.capture import Capture, CaptureReader
from playhead.history.ingest.batch import Batch, Opened
from playhead.history.rewind import Clock
from playhead.history.tape import NO_TIME
from playhead.history.verify import Budget, Claim, Trail, Verdict
from playhead.history.verify.judge import judge
from tests.history.ingest.frames import new_ingest
from tests.history.taping import capture_store, write_capture
from tests.history.verify.world import KINDS, Move, World

SECOND = 1_000_000
LOST = {"gap", "sequence_back", "unreadable", "disconnect", "restart"}
"""Causes after which nobody can tell how the book went on."""
PASSED = [-2 * SECOND, -150_000, -50_000, -3, 0, 0, 0, 1, 1000, 400_000, 3 * SECOND // 2]
DATED = [-3 * SECOND, -2000, -1, 0, 0, 1, 2000, SECOND]
MOVES = st.builds(
    Move,
    kind=st.sampled_from(KINDS),
    market=st.integers(0, 1),
    price=st.integers(0, 2),
    passed=st.sampled_from(PASSED),
    dated=st.sampled_from(DATED),
)


@dataclass(frozen=True)
class Interval:
    """What the ingest proves of one market, from one snapshot on."""

    batch: Batch
    opened: Opened
    clock: Clock

    @property
    def ticker(self) -> str:
        return {number: name for name, number in self.batch.new_markets.items()}[
            self.opened.market_id
        ]

    def instants(self) -> Iterator[int]:
        """The ends of what is proven, and each change with its neighbours."""
        start, end = self.bounds()
        if start is None or end is None:
            return
        near = {at + aside for at, _, _ in self.changes() for aside in (-1, 0, 1)}
        yield from sorted(
            at for at in near | {start, end} if start <= at <= end and not self.is_doubtful(at)
        )

    @property
    def cause(self) -> str:
        """What ended it."""
        key = (self.opened.market_id, self.opened.from_position)
        (cause,) = (
            each.ending.cause
            for each in self.batch.closed
            if (each.market_id, each.from_position) == key
        )
        return cause

    def bounds(self) -> tuple[int | None, int | None]:
        """First and last instant."""
        opened, is_exchange = self.opened, self.clock is Clock.EXCHANGE
        key = (opened.market_id, opened.from_position)
        told = self.batch.exchange_from.get(key)
        start = (opened.exchange_from or told) if is_exchange else opened.received_from
        for closed in self.batch.closed:
            if (closed.market_id, closed.from_position) == key:
                return start, closed.exchange_to if is_exchange else closed.received_to
        raise AssertionError("a finished capture leaves no interval open")

    def changes(self) -> Iterator[tuple[int, int, int]]:
        """Counted time (a running maximum), level and size of each change."""
        reached, upto = self.bounds()[0], self._upto()
        columns = self.batch.events.columns()
        times = columns.exchange_at if self.clock is Clock.EXCHANGE else columns.received_at
        for index, position in enumerate(columns.position.tolist()):
            is_mine = columns.market_id[index] == self.opened.market_id
            if is_mine and self.opened.from_position < position <= upto:
                at = int(times[index])
                reached = at if reached is None or at > reached else reached
                assert reached != NO_TIME
                yield reached, int(columns.level[index]), int(columns.size[index])

    def book(self, at: int) -> Book:
        """The book that the tape would give."""
        levels = dict(self.opened.levels)
        for reached, level, size in self.changes():
            if reached > at:
                break
            levels[level] = levels.get(level, 0) + size
        yes, no = (
            {Price(k >> 1): Size(v) for k, v in levels.items() if k & 1 == s and v} for s in (0, 1)
        )
        return Book(yes, no)

    def is_doubtful(self, at: int) -> bool:
        """Whether our clock does not tell what was when."""
        return self.clock is Clock.RECEIVED and any(
            fault.connection in (self.opened.connection, -1)
            and fault.received_from <= at
            and (fault.received_to is None or at <= fault.received_to)
            for fault in self.batch.clock_faults.values()
        )

    def trail(self, at: int) -> Trail:
        """Where the repository would send the reader."""
        audited = [
            audit.offset
            for audit in self.batch.audits
            if (audit.market_id, audit.from_position)
            == (self.opened.market_id, self.opened.from_position)
            and (audit.kind, audit.matches) == ("snapshot", True)
            and audit.received_at is not None
            and audit.received_at <= at - SECOND
            and (self.clock is Clock.RECEIVED or (audit.exchange_at or 2**62) <= at)
        ]
        offsets = (*audited[-1:], self.opened.offset)
        start, end = self.bounds()
        assert start is not None
        assert end is not None
        return Trail(
            1,
            "made",
            self.opened.connection,
            self.opened.sid,
            offsets,
            Micros(start),
            Micros(end),
            None,
        )

    def _upto(self) -> int:
        later = [
            each.from_position
            for each in self.batch.opened
            if each.market_id == self.opened.market_id
            and each.from_position > self.opened.from_position
        ]
        return min(later, default=2**62)


def captured(moves: list[Move], folder: Path) -> tuple[Capture, Batch]:
    store = capture_store(folder)
    write_capture(store, World().play(moves))
    (capture,) = store.captures()
    ingest = new_ingest()
    with CaptureReader(capture.folder) as reader:
        ingest.feed(reader.records(0))
    return capture, ingest.take_batch()


def questions(batch: Batch) -> Iterator[tuple[Interval, int]]:
    for opened in batch.opened:
        for clock in Clock:
            interval = Interval(batch, opened, clock)
            for at in interval.instants():
                yield interval, at


@settings(deadline=None, max_examples=120)
@given(moves=st.lists(MOVES, max_size=30))
def test_every_instant_that_is_proven_is_the_same_from_the_raw_capture(moves: list[Move]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        capture, batch = captured(moves, Path(folder))
        for interval, at in questions(batch):
            book = interval.book(at)
            digest = book_digest(interval.ticker, book)
            claim = Claim(interval.ticker, Micros(at), interval.clock, digest, book)
            finding = judge(claim, interval.trail(at), capture, Budget(None))

            assert (finding.verdict, finding.reason) == (Verdict.SAME, None)


@settings(deadline=None, max_examples=80)
@given(moves=st.lists(MOVES, max_size=30))
def test_no_instant_past_a_loss_is_the_same_from_the_raw_capture(moves: list[Move]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        capture, batch = captured(moves, Path(folder))
        for interval, at in firsts_after_losses(batch):
            digest = book_digest(interval.ticker, interval.book(at))
            claim = Claim(interval.ticker, Micros(at), interval.clock, digest)
            finding = judge(claim, interval.trail(at), capture, Budget(None))

            assert finding.verdict is Verdict.UNVERIFIABLE


def firsts_after_losses(batch: Batch) -> Iterator[tuple[Interval, int]]:
    """The first instant that is not proven any more, unless our clock told it twice."""
    for opened in batch.opened:
        for clock in Clock:
            interval = Interval(batch, opened, clock)
            start, end = interval.bounds()
            if interval.cause in LOST and start is not None and end is not None:
                at = max(start, end + 1)
                if not interval.is_doubtful(at):
                    yield interval, at
