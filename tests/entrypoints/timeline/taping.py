"""A capture that grows on to a tape, piece by piece, and what a timeline tells of it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playhead.automation.timeline import BookClosed, BookOpened, Feed, Moment
from playhead.base.time import Micros
from playhead.history.capture import CaptureStore, CaptureWriter, Kind, Record
from playhead.history.ingest import Follower, IngestStore
from playhead.history.tape import Partitions, SegmentStore
from playhead.storage.postgres import Session
from tests.history.ingest.frames import START, frame, record
from tests.history.taping import capture_store, now_micros

BLOCK = 512


class Growing:
    """Captures that are written and brought on to the tape a piece at a time."""

    def __init__(self, store: CaptureStore, session: Session) -> None:
        self._partitions = Partitions(session, events_a_block=BLOCK)
        self._store = store
        self._session = session
        self._stack = ExitStack()
        self._writers: dict[str, CaptureWriter] = {}
        self._follower = self._stack.enter_context(
            Follower(store, IngestStore(session, self._partitions), now=now_micros)
        )

    def add(self, records: Iterable[Record], name: str = "first") -> None:
        """Write records and bring them on to the tape."""
        if name not in self._writers:
            capture = self._store.create(name, recorder=name, source="test")
            self._writers[name] = self._stack.enter_context(CaptureWriter(capture.folder))
        writer = self._writers[name]
        for each in records:
            if each.kind is Kind.FINISHED:
                writer.finish(each.payload, received_at=each.received_at)
                self._follower.catch_up()
                return
            writer.append(
                each.kind,
                each.payload,
                connection=each.connection,
                received_at=each.received_at,
            )
        writer.flush()
        self._follower.catch_up()

    def seal(self) -> None:
        """Seal what is complete, and drop the rows of full blocks."""
        segments = SegmentStore(self._session, self._partitions)
        while segments.seal_planned():
            pass
        segments.drop_sealed_blocks()

    def close(self) -> None:
        """Let go of all."""
        self._stack.close()


@contextmanager
def growing(url: str, folder: Path) -> Iterator[Growing]:
    """Captures in ``folder`` that go to the tape at ``url``."""
    with Session.open(url) as session:
        grown = Growing(capture_store(folder), session)
        try:
            yield grown
        finally:
            grown.close()


async def drained(feed: Feed, *, most: int = 10_000) -> list[Moment]:
    """All that has happened by now."""
    moments: list[Moment] = []
    for _ in range(3):  # it looks for what began or ended now and then only
        while found := await feed.next(most=most):
            moments += found
    return moments


def at(micros: int) -> Micros:
    """An instant after the beginning."""
    return Micros(START + micros)


def trade(number: int, ticker: str = "A", *, at: int, price: str = "0.4200") -> Record:
    """A match, on a subscription of its own."""
    msg = {
        "market_ticker": ticker,
        "trade_id": f"t{number}",
        "yes_price_dollars": price,
        "no_price_dollars": f"{1 - float(price):.4f}",
        "count_fp": "3.00",
        "taker_side": "yes",
        "ts_ms": START // 1000,
    }
    return record(frame("trade", msg, sid=9), at=at)


def lifecycle(event: str, ticker: str = "A", *, at: int) -> Record:
    """Something in the life of a market."""
    return record(
        frame("market_lifecycle_v2", {"market_ticker": ticker, "event_type": event}, sid=8), at=at
    )


def told(moments: Sequence[Moment], ticker: str) -> list[Moment]:
    """Those of one market."""
    return [each for each in moments if each.ticker == ticker]


def in_short(moments: Sequence[Moment]) -> list[str]:
    """What happened, in words."""
    return [_word(each) for each in moments]


def _word(moment: Moment) -> str:
    if isinstance(moment, BookOpened):
        return "opened"
    if isinstance(moment, BookClosed):
        return f"closed by {moment.cause}"
    return type(moment).__name__
