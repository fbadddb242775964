"""From the records of one capture to what they mean for the tape. Pure and restartable.

Positions and the runs that become segments depend on the capture alone, never on when or how it
is read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from playhead.base.time import Micros
from playhead.history.capture import Kind, Record
from playhead.history.ingest.batch import Batch, Progress, StreamMark
from playhead.history.ingest.draft import BookSource, Draft, MarketIds
from playhead.history.ingest.facts import facts_of_lifecycle, facts_of_rest
from playhead.history.ingest.live import Live
from playhead.history.ingest.notes import (
    MOST_SID,
    cause_of_end,
    facts_of_note,
    is_name,
    removal_of,
)
from playhead.history.ingest.state import state_of
from playhead.history.ingest.stream import Connection, Stream
from playhead.history.kalshi import (
    Acknowledged,
    BookDelta,
    BookSnapshot,
    ErrorReply,
    MarketLifecycle,
    Message,
    Subscribed,
    Unparsable,
    Unsubscribed,
    Verdict,
    parse,
)
from playhead.history.tape import EVENTS_A_BLOCK

_IN_ORDER = Verdict.IN_ORDER  # looked up once, not once a frame
_OVERFLOW = 25
_TERMINAL = (10, _OVERFLOW)
_MOST_AHEAD = 86_400_000_000
"""Microseconds by which the exchange's clock may differ from ours: more is a fault of one."""
_END_OF_TIME = 253_402_300_800_000_000
_NOTHING_LOST = frozenset({"end_of_recording", "superseded", "unsubscribed"})
"""Causes after which no message of the last instant can be missing."""


class Ingest:
    """The reader of one capture: feed it records in order, take what they add to the tape."""

    def __init__(
        self,
        capture_id: int,
        books: BookSource,
        market_ids: MarketIds,
        *,
        events_a_block: int = EVENTS_A_BLOCK,
    ) -> None:
        self.capture_id = capture_id
        self.draft = Draft(capture_id, books, market_ids, events_a_block=events_a_block)
        self.connections: dict[int, Connection] = {}
        self.finished = False
        self._handlers: Mapping[Kind, Callable[[Record], None]] = {
            Kind.OPENED: self._opened,
            Kind.CLOSED: self._closed,
            Kind.SENT: self._sent,
            Kind.ALIVE: self._alive,
            Kind.REST: self._rest,
            Kind.STARTED: self._started,
            Kind.FINISHED: self._finish,
        }
        self._readers: Mapping[type, Callable[[Message, Stream, Connection, Micros | None], None]]
        self._readers = {
            BookSnapshot: self._snapshot,
            Acknowledged: self._acknowledged,
            Unsubscribed: self._unsubscribed,
            ErrorReply: self._error,
            Unparsable: self._unreadable,
        }

    def feed(self, records: Iterable[Record]) -> None:
        """Take records into account, in the order of the capture."""
        frame, read_frame = Kind.FRAME, self._frame
        for record in records:
            if record.kind is frame:
                read_frame(record)
            else:
                self._handlers[record.kind](record)

    def take_batch(self) -> Batch:
        """Return what has been added since the last call."""
        return self.draft.take(
            Progress(
                last_position=self.draft.last_position,
                finished=self.finished,
                state=state_of(self.connections),
                streams=tuple(_marks(self.connections.values())),
            )
        )

    def _frame(self, record: Record) -> None:
        batch = self.draft.batch
        batch.frames += 1
        connection = self.connections.get(record.connection) or self._connect(record.connection)
        message = parse(record.payload, use_yes_price=connection.use_yes_price)
        received_at = _micros(record)
        connection.heard(received_at)
        sid = message.sid
        if sid is not None and sid > MOST_SID:
            sid, message = None, Unparsable(reason="no subscription has such a number")
        if sid is None:
            batch.counters[type(message).__name__] += 1
            self._without_stream(message, connection, received_at)
            return
        stream = connection.streams.get(sid) or connection.stream(sid)
        verdict = connection.sequence.check(sid, message.seq)
        if verdict is _IN_ORDER:
            stream.is_doubted = False  # whatever could not be read, it was none of these
        elif not self._is_taken(verdict, message, stream):
            return
        if type(message) is BookDelta:
            self._delta(message, stream, connection, received_at)
        else:
            self._read(message, stream, connection, received_at)

    def _is_taken(self, verdict: Verdict, message: Message, stream: Stream) -> bool:
        """Draw the consequences of a number out of order; tell whether the message counts."""
        if verdict is Verdict.UNNUMBERED:
            return True
        if verdict is Verdict.DUPLICATE and type(message) is not BookSnapshot:
            self.draft.batch.counters["duplicate"] += 1
            return False  # a snapshot says the same whether or not its number was its own
        if verdict is Verdict.GAP:
            self.draft.batch.counters["gap"] += 1
            self._close_stream(stream, "gap", stream.received_at)
        stream.is_doubted = False
        return True

    def _read(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        self.draft.batch.counters[type(message).__name__] += 1
        reader = self._readers.get(type(message))
        if reader is not None:
            reader(message, stream, connection, received_at)
        else:
            self._without_stream(message, connection, received_at)
            stream.heard(received_at, None)

    def _without_stream(
        self, message: Message, connection: Connection, received_at: Micros | None
    ) -> None:
        if isinstance(message, MarketLifecycle):
            self.draft.learn(facts_of_lifecycle(message))
        elif isinstance(message, Subscribed):
            self._subscribed(message, connection)
        elif isinstance(message, Acknowledged):
            self._acknowledged_by_id(message, connection)
        elif isinstance(message, ErrorReply):
            self._error_without_stream(message, connection)
        elif isinstance(message, Unparsable):
            for stream in connection.streams.values():
                stream.doubt(_before(received_at))

    def _subscribed(self, message: Subscribed, connection: Connection) -> None:
        stream = connection.streams.get(message.sid) if message.sid is not None else None
        if stream is not None and not stream.lives:  # else its messages overtook this one
            connection.sequence.forget(stream.sid)

    def _acknowledged_by_id(self, message: Acknowledged, connection: Connection) -> None:
        removed = connection.removals.pop(message.id, []) if message.id is not None else []
        for stream in connection.streams.values():
            self._remove(removed, stream)

    def _error_without_stream(self, message: ErrorReply, connection: Connection) -> None:
        """An end that does not say of what: it may be the end of any book."""
        if message.id is not None:
            connection.removals.pop(message.id, None)
        elif message.code in _TERMINAL:
            for stream in connection.streams.values():
                self._close_stream(stream, "channel_error", stream.received_at)

    def _unreadable(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        """It may have changed any book of its subscription, and nobody can tell how."""
        self._close_stream(stream, "unreadable", stream.received_at)

    def _delta(
        self, message: BookDelta, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        exchange_at = _credible(message.exchange_at, received_at)
        stream.heard(received_at, exchange_at)
        if stream.awaiting and exchange_at is not None:
            self._tell_awaiting(stream)
        live = stream.lives.get(message.market_ticker)
        if live is None:
            self.draft.batch.counters["change of an unknown book"] += 1
            return
        received_at = _not_before(received_at, live.received_at, connection.alive_at)
        exchange_at = _not_before(exchange_at, live.exchange_at, stream.exchange_at)
        code = message.price * 2 + message.side
        if not self.draft.apply(live, code, message.change, received_at, exchange_at):
            self.draft.batch.counters["negative_size"] += 1
            self._contradict(live, stream, "negative_size")

    def _snapshot(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        assert isinstance(message, BookSnapshot)
        exchange_at = _credible(message.exchange_at, received_at)
        stream.heard(received_at, exchange_at)
        if exchange_at is not None:
            self._tell_awaiting(stream)
        if not is_name(message.market_ticker):
            self.draft.batch.counters["ticker that is none"] += 1
            return
        if message.id is not None and not _follows(message.market_ticker, stream, connection):
            self.draft.batch.counters["snapshot of a market not subscribed"] += 1
            return
        levels = _levels(message)
        live = self.draft.owners.get(message.market_ticker)
        if live is not None:
            if live.stream_key == (connection.number, stream.sid):
                if self.draft.agrees(live, levels):
                    self.draft.verify(live, received_at)
                    return
                self.draft.batch.counters["snapshot_mismatch"] += 1
                self._contradict(live, stream, "snapshot_mismatch")
            else:
                former = self.connections[live.stream_key[0]]
                owner = former.stream(live.stream_key[1])
                self._close(live, owner, "superseded", _vouched(owner, former))
        self._open(message, levels, stream, received_at)

    def _open(
        self,
        message: BookSnapshot,
        levels: dict[int, int],
        stream: Stream,
        received_at: Micros | None,
    ) -> None:
        ticker, holds_from = message.market_ticker, _credible(_holds_from(message), received_at)
        live = self.draft.open(ticker, stream, levels, received_at, holds_from)
        stream.lives[ticker] = live
        stream.lapsed.discard(ticker)
        if holds_from is None:
            stream.awaiting.append(live)

    def _tell_awaiting(self, stream: Stream) -> None:
        """Give snapshots without an exchange time the first one that their sid tells after them."""
        if stream.exchange_at is not None:
            for live in stream.awaiting:
                self.draft.tell_exchange_from(live, stream.exchange_at)
            stream.awaiting.clear()

    def _acknowledged(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        assert isinstance(message, Acknowledged)
        stream.heard(received_at, None)
        removed = connection.removals.pop(message.id, []) if message.id is not None else []
        if message.tickers is not None:
            kept = set(message.tickers)
            removed = [*removed, *(ticker for ticker in stream.lives if ticker not in kept)]
        self._remove(removed, stream)

    def _remove(self, removed: Iterable[str], stream: Stream) -> None:
        for ticker in removed:
            live = stream.lives.get(ticker)
            if live is not None:
                self._close(live, stream, "unsubscribed", stream.received_at)
        stream.lapsed.difference_update(removed)

    def _unsubscribed(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        stream.heard(received_at, None)
        self._end_stream(stream, connection, "unsubscribed", stream.received_at)

    def _error(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        assert isinstance(message, ErrorReply)
        if message.id is not None:
            connection.removals.pop(message.id, None)
        if message.ends_subscription:
            cause = "overflow" if message.code == _OVERFLOW else "channel_error"
            self.draft.batch.counters[cause] += 1
            self._end_stream(stream, connection, cause, stream.received_at)
        else:
            stream.heard(received_at, None)

    def _opened(self, record: Record) -> None:
        former = self.connections.get(record.connection)
        if former is not None:  # its end was not noted
            self._end_connection(former, "disconnect")
        flag = bool(facts_of_note(record.payload).get("use_yes_price", False))
        self.connections[record.connection] = Connection(record.connection, use_yes_price=flag)
        self.connections[record.connection].heard(_micros(record))

    def _closed(self, record: Record) -> None:
        connection = self.connections.get(record.connection)
        if connection is not None:
            self._end_connection(connection, cause_of_end(record.payload))

    def _started(self, record: Record) -> None:
        for connection in list(self.connections.values()):
            self._end_connection(connection, "restart")

    def _finish(self, record: Record) -> None:
        for connection in list(self.connections.values()):
            self._end_connection(connection, "end_of_recording")
        self.finished = True

    def _sent(self, record: Record) -> None:
        removal = removal_of(record.payload)
        if removal is not None:
            number, tickers = removal
            self._known(record.connection).removals[number] = tickers

    def _alive(self, record: Record) -> None:
        self._known(record.connection).heard(_micros(record))

    def _rest(self, record: Record) -> None:
        self.draft.learn(facts_of_rest(record.payload))

    def _end_connection(self, connection: Connection, cause: str) -> None:
        self.draft.batch.counters[cause] += 1
        for stream in list(connection.streams.values()):
            received_to = stream.doubted_at if stream.is_doubted else connection.alive_at
            self._end_stream(stream, connection, cause, received_to)
        self.connections.pop(connection.number, None)

    def _end_stream(
        self, stream: Stream, connection: Connection, cause: str, received_to: Micros | None
    ) -> None:
        self._close_stream(stream, cause, received_to)
        connection.streams.pop(stream.sid, None)
        connection.sequence.forget(stream.sid)

    def _close_stream(self, stream: Stream, cause: str, received_to: Micros | None) -> None:
        for live in list(stream.lives.values()):
            self._close(live, stream, cause, received_to)
        stream.awaiting.clear()

    def _contradict(self, live: Live, stream: Stream, cause: str) -> None:
        """End an interval that was wrong already, nobody knows since when.

        What is left of it ends before the last snapshot that agreed.
        """
        self.draft.withdraw(live, cause)
        self._let_go(live, stream)

    def _close(self, live: Live, stream: Stream, cause: str, received_to: Micros | None) -> None:
        whole = stream.exchange_at if cause in _NOTHING_LOST else _before(stream.exchange_at)
        self.draft.close(live, cause, received_to, whole)
        self._let_go(live, stream)

    def _let_go(self, live: Live, stream: Stream) -> None:
        del stream.lives[live.ticker]
        stream.lapsed.add(live.ticker)

    def _known(self, number: int) -> Connection:
        return self.connections.get(number) or self._connect(number)

    def _connect(self, number: int) -> Connection:
        """Return a connection that was never announced: its first record is the first sign."""
        self.connections[number] = Connection(number)
        return self.connections[number]


def _marks(connections: Iterable[Connection]) -> Iterator[StreamMark]:
    """Give how far open intervals are whole: more may still come at the newest instant itself."""
    for connection in connections:
        for stream in connection.streams.values():
            yield StreamMark(
                connection.number,
                stream.sid,
                _vouched(stream, connection),
                _before(stream.exchange_at),
            )


def _vouched(stream: Stream, connection: Connection) -> Micros | None:
    """Return the last instant at which nothing more can come, and nothing is in doubt."""
    return stream.doubted_at if stream.is_doubted else _before(connection.alive_at)


def _follows(ticker: str, stream: Stream, connection: Connection) -> bool:
    """Tell whether changes of a market will follow; not if it may have been let go already."""
    is_leaving = any(ticker in removed for removed in connection.removals.values())
    return ticker in stream.lives or (ticker in stream.lapsed and not is_leaving)


def _not_before(stamped: Micros | None, own: Micros | None, told: Micros | None) -> Micros | None:
    """Return the time at which a change counts, by one clock.

    ``told`` is the newest time that the clock has told of any market on the way here, and up to it
    the book was vouched for: a change that is stamped earlier, or not at all, counts at ``told``.
    Where the market's ``own`` newest time is as late, its running maximum sees to that by itself.
    """
    if told is None or own is None or own >= told:
        return stamped
    return stamped if stamped is not None and stamped >= told else told


def _before(at: Micros | None) -> Micros | None:
    return None if at is None else Micros(at - 1)


def _levels(message: BookSnapshot) -> dict[int, int]:
    """Return a snapshot's levels by level code (the price times two, plus the side)."""
    yes = {price * 2: int(size) for price, size in message.yes if size}
    return yes | {price * 2 + 1: int(size) for price, size in message.no if size}


def _holds_from(message: BookSnapshot) -> Micros | None:
    """Return the first exchange instant at which a snapshot surely holds.

    ``sent_at`` is cut to the millisecond, so what the snapshot includes may be later than that by
    less than a millisecond.
    """
    if message.exchange_at is not None or message.sent_at is None:
        return message.exchange_at
    return Micros(message.sent_at + 1000)


def _credible(exchange_at: Micros | None, received_at: Micros | None) -> Micros | None:
    """Return an exchange time, or None for one that would vouch for what nobody has seen yet."""
    if exchange_at is None or not 0 <= exchange_at < _END_OF_TIME:
        return None
    is_ahead = received_at is not None and exchange_at > received_at + _MOST_AHEAD
    return None if is_ahead else exchange_at


def _micros(record: Record) -> Micros | None:
    at = record.received_at
    return None if at is None else at // 1000  # type: ignore[return-value]  # a call saved a frame
