"""What captured frames prove, told plainly: a dict a book, a counter a subscription.

It shares nothing with the ingest, so that one can be held against the other. Times come in pairs:
our clock, the exchange's; both as running maxima wherever books are found by them.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from playhead.history.capture import Kind, Record

Level = tuple[str, int]
Levels = dict[Level, int]
Body = dict[str, Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOTHING_LOST = ("end_of_recording", "unsubscribed")
MOMENT = 1000  # the exchange cuts sending times to the millisecond


@dataclass(slots=True)
class Clocks:
    """The newest time of each clock so far."""

    ours: int | None = None
    theirs: int | None = None

    def move(self, ours: int | None, theirs: int | None) -> None:
        self.ours = newest(self.ours, ours)
        self.theirs = newest(self.theirs, theirs)

    def by(self, exchange: bool) -> int | None:
        return self.theirs if exchange else self.ours

    def copy(self) -> "Clocks":
        return Clocks(self.ours, self.theirs)


@dataclass(frozen=True, slots=True)
class Step:
    """One change. ``clocks`` are the running ones of its market; the raw times are beside."""

    position: int
    ours: int
    theirs: int
    level: Level
    change: int
    clocks: Clocks


@dataclass(slots=True)
class Stretch:
    """A market's book from a snapshot on, as long as nothing is missing."""

    ticker: str
    position: int
    book: Levels
    began: Clocks
    clocks: Clocks
    opening: Levels
    steps: list[Step] = field(default_factory=list)
    ended: Clocks | None = None
    cause: str | None = None

    def holds(self, at: int, exchange: bool) -> bool:
        assert self.ended is not None
        start, end = self.began.by(exchange), self.ended.by(exchange)
        return start is not None and end is not None and start <= at <= end

    def has_instant(self, *, exchange: bool) -> bool:
        """Whether it proves anything by this clock."""
        start = self.began.by(exchange)
        return start is not None and self.holds(start, exchange)

    def book_at(self, at: int, exchange: bool) -> Levels:
        levels = dict(self.opening)
        for step in self.steps:
            reached = step.clocks.by(exchange)
            if reached is not None and reached > at:
                break
            add(levels, step.level, step.change)
        return levels


@dataclass(slots=True)
class Stream:
    """A subscription: its last number, its markets, the books it keeps."""

    last: int | None = None
    members: set[str] = field(default_factory=set)
    books: dict[str, Stretch] = field(default_factory=dict)
    heard: Clocks = field(default_factory=Clocks)


@dataclass(slots=True)
class Line:
    """A connection: its subscriptions, removals under way."""

    streams: dict[int, Stream] = field(default_factory=dict)
    removals: dict[int, list[str]] = field(default_factory=dict)


class PlainReplay:
    """Takes the records of one capture in order; every stretch is closed once they end."""

    def __init__(self, first_position: int) -> None:
        self.position = first_position
        self.frames = 0
        self.stretches: list[Stretch] = []
        self._lines: dict[int, Line] = {}

    def take_all(self, records: Iterable[Record]) -> "PlainReplay":
        for record in records:
            self._take(record)
        return self

    @property
    def open_lines(self) -> int:
        """How many connections have not ended."""
        return len(self._lines)

    def steps(self) -> Iterator[tuple[str, Step]]:
        for stretch in self.stretches:
            for step in stretch.steps:
                yield stretch.ticker, step

    def book_at(self, ticker: str, at: int, *, exchange: bool) -> Levels | None:
        """The book at an instant, or None: nothing is known. The newest stretch speaks."""
        holding = [one for one in self._of(ticker) if one.holds(at, exchange)]
        if not holding:
            return None
        last = max(holding, key=lambda one: (one.began.by(exchange), one.position))
        return last.book_at(at, exchange)

    def _of(self, ticker: str) -> list[Stretch]:
        return [each for each in self.stretches if each.ticker == ticker]

    def _take(self, record: Record) -> None:
        assert record.received_at is not None
        ours = record.received_at // 1000
        if record.kind is Kind.FRAME:
            self.frames += 1
            self._hear(json.loads(record.payload), self._line(record), ours)
        elif record.kind in (Kind.OPENED, Kind.ALIVE):
            self._line(record)
        elif record.kind is Kind.SENT:
            self._remember_removal(json.loads(record.payload), self._lines.get(record.connection))
        elif record.kind is Kind.CLOSED:
            self._hang_up(record.connection, json.loads(record.payload)["cause"])
        elif record.kind in (Kind.STARTED, Kind.FINISHED):
            cause = "restart" if record.kind is Kind.STARTED else "end_of_recording"
            for number in list(self._lines):
                self._hang_up(number, cause)

    def _line(self, record: Record) -> Line:
        return self._lines.setdefault(record.connection, Line())

    def _hear(self, message: Body, line: Line, ours: int) -> None:
        kind, body = message["type"], message.get("msg") or {}
        if kind == "subscribed":
            line.streams[body["sid"]] = Stream()
            return
        sid, seq = message.get("sid"), message.get("seq")
        if sid is None:
            return
        stream = line.streams.setdefault(sid, Stream())
        if seq is not None:
            if seq == stream.last and kind != "orderbook_snapshot":
                return
            count(stream, seq)
        if kind == "error" and body.get("code") in (10, 25):
            cause = "overflow" if body["code"] == 25 else "channel_error"
            end_all(stream, cause, stream.heard.copy())
            del line.streams[sid]
            return
        if seq is not None:
            stream.heard.move(ours, None)
        if kind == "orderbook_snapshot":
            self._snapshot(message, body, stream, ours)
        elif kind == "orderbook_delta":
            self._change(body, stream, ours)
        elif kind == "ok":
            let_go(body, line.removals.pop(message.get("id", 0), []), stream)

    def _snapshot(self, message: Body, body: Body, stream: Stream, ours: int) -> None:
        theirs = (message["sending_ts_ms"] + 1) * MOMENT
        ticker, levels = body["market_ticker"], levels_of(body)
        if "id" in message and ticker not in stream.members:
            return
        stream.members.add(ticker)
        known = stream.books.get(ticker)
        if known is not None:
            if known.book == levels:
                return
            end(stream, ticker, "snapshot_mismatch", known.clocks)
        self._supersede(ticker)
        self.position += 1
        began = stream.heard.copy()  # a clock that steps back stands still
        began.move(ours, theirs)
        stream.books[ticker] = Stretch(
            ticker, self.position, levels, began, began.copy(), dict(levels)
        )
        self.stretches.append(stream.books[ticker])

    def _supersede(self, ticker: str) -> None:
        for line in self._lines.values():
            for stream in line.streams.values():
                if ticker in stream.books:
                    end(stream, ticker, "superseded", stream.heard)

    def _change(self, body: Body, stream: Stream, ours: int) -> None:
        theirs = instant_of(body["ts"])
        stream.heard.move(None, theirs)
        known = stream.books.get(body["market_ticker"])
        if known is None:
            return
        level = (body["side"], micro_dollars(body["price_dollars"]))
        change = hundredths(body["delta_fp"])
        if known.book.get(level, 0) + change < 0:
            end(stream, known.ticker, "negative_size", known.clocks)
            return
        add(known.book, level, change)
        self.position += 1
        known.clocks.move(ours, theirs)
        step = Step(self.position, ours, theirs, level, change, known.clocks.copy())
        known.steps.append(step)

    def _remember_removal(self, command: Body, line: Line | None) -> None:
        params = command.get("params", {})
        if params.get("action") == "delete_markets" and line is not None:
            line.removals[command["id"]] = params["market_tickers"]

    def _hang_up(self, number: int, cause: str) -> None:
        line = self._lines.pop(number, None)
        if line is not None:
            for stream in line.streams.values():
                end_all(stream, cause, stream.heard.copy())


def let_go(body: Body, named: list[str], stream: Stream) -> None:
    """Let go of what was removed: named in the command, or left out of the list in the answer."""
    kept = body.get("market_tickers")
    left_out = [] if kept is None else [t for t in stream.members if t not in kept]
    for ticker in [*named, *left_out]:
        stream.members.discard(ticker)
        if ticker in stream.books:
            end(stream, ticker, "unsubscribed", stream.heard)


def count(stream: Stream, seq: int) -> None:
    if stream.last is not None and seq not in (stream.last, stream.last + 1):
        cause = "gap" if seq > stream.last else "sequence_back"
        end_all(stream, cause, stream.heard.copy())
    stream.last = seq


def end_all(stream: Stream, cause: str, reached: Clocks) -> None:
    for ticker in list(stream.books):
        end(stream, ticker, cause, reached)


def end(stream: Stream, ticker: str, cause: str, reached: Clocks) -> None:
    """Nothing is known of this market past ``reached``.

    What was lost may have happened at the very instant that was heard of last.
    """
    known = stream.books.pop(ticker)
    lost = 0 if cause in NOTHING_LOST else 1
    ours = reached.ours if cause == "superseded" else earlier(reached.ours, lost)
    known.ended = Clocks(ours, earlier(reached.theirs, lost))
    known.cause = cause


def earlier(at: int | None, by: int) -> int | None:
    return None if at is None else at - by


def add(levels: Levels, level: Level, change: int) -> None:
    size = levels.get(level, 0) + change
    if size:
        levels[level] = size
    else:
        levels.pop(level, None)


def levels_of(body: Body) -> Levels:
    """The levels of a whole book, as the exchange writes them on its socket and in its controls."""
    return {
        (side, micro_dollars(price)): hundredths(size)
        for side in ("yes", "no")
        for key in (f"{side}_dollars_fp", f"{side}_dollars")
        for price, size in body.get(key) or []
    }


@lru_cache(maxsize=100_000)
def micro_dollars(text: str) -> int:
    return int(Decimal(text) * 1_000_000)


def hundredths(text: str) -> int:
    return int(Decimal(text) * 100)


def instant_of(text: str) -> int:
    elapsed = datetime.fromisoformat(text) - EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds


def newest(one: int | None, other: int | None) -> int | None:
    return max((each for each in (one, other) if each is not None), default=None)
