"""From the records of one capture to what they mean for the tape. Pure and restartable.

Positions and the runs that become segments depend on the capture alone, never on when or how it
is read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from playhead.base.time import Micros
from playhead.history.capture import Kind, Record
from playhead.history.ingest.audits import Audits
from playhead.history.ingest.batch import Batch, Progress, StreamMark
from playhead.history.ingest.clocks import ClockFault, OurClock, ReceiptClock
from playhead.history.ingest.crossings import Crossings
from playhead.history.ingest.draft import BookSource, Draft, MarketIds
from playhead.history.ingest.endings import END, Endings, before
from playhead.history.ingest.facts import facts_of_lifecycle
from playhead.history.ingest.grid import ANY_PRICE, DOLLAR
from playhead.history.ingest.limits import Limits
from playhead.history.ingest.live import Live
from playhead.history.ingest.notes import (
    MOST_SID,
    cause_of_end,
    facts_of_note,
    is_name,
)
from playhead.history.ingest.repeats import is_repeat
from playhead.history.ingest.state import state_of
from playhead.history.ingest.stream import Connection, Stream
from playhead.history.ingest.surroundings import Surroundings
from playhead.history.ingest.times import (
    credible,
    holds_from,
    latest,
    levels_in,
    micros_of,
    not_before,
    time_of,
)
from playhead.history.kalshi import (
    Acknowledged,
    BookDelta,
    BookSnapshot,
    ErrorReply,
    MarketLifecycle,
    Message,
    Subscribed,
    Trade,
    Unknown,
    Unparsable,
    Unsubscribed,
    Verdict,
    parse,
)
from playhead.history.tape import EVENTS_A_BLOCK

_IN_ORDER = Verdict.IN_ORDER  # looked up once, not once a frame
_OVERFLOW = 25
_TERMINAL = (10, _OVERFLOW)
_ANY = range(1, DOLLAR)
Reader = Callable[[Message, Stream, Connection, Micros | None], None]


class Ingest:
    """The reader of one capture: feed it records in order, take what they add to the tape."""

    def __init__(
        self,
        capture_id: int,
        books: BookSource,
        market_ids: MarketIds,
        *,
        events_a_block: int = EVENTS_A_BLOCK,
        limits: Limits | None = None,
        one_clock: bool = True,
    ) -> None:
        self.capture_id = capture_id
        self.limits = limits or Limits()
        self.draft = Draft(capture_id, books, market_ids, events_a_block=events_a_block)
        self.audits = Audits(self.draft, self.limits)
        self.crossings = Crossings(self.limits)
        self.surroundings = Surroundings(self.draft, self.audits)
        self._endings = Endings(self.draft, self.audits, self.crossings)
        self.connections: dict[int, Connection] = {}
        self.finished = False
        self.last_heard: int | None = None
        """The connection of the newest frame."""
        self.clock = OurClock()
        self.clocks: dict[int, OurClock] | None = None if one_clock else {}
        """A clock for each connection, where their records are not in one order of time."""
        self._record: Record
        self._handlers: Mapping[Kind, Callable[[Record], None]] = {
            Kind.OPENED: self._opened,
            Kind.CLOSED: self._closed,
            Kind.SENT: self._sent,
            Kind.ALIVE: self._alive,
            Kind.REST: self._rest,
            Kind.STARTED: self._started,
            Kind.FINISHED: self._finish,
        }
        self._readers: Mapping[type, Reader] = {
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
                self._endings.now = now = micros_of(record)
                if now is not None:
                    self.clock.tells_again(now, self.limits)
                self._handlers[record.kind](record)

    def take_batch(self) -> Batch:
        """Return what has been added since the last call."""
        return self.draft.take(
            Progress(
                last_position=self.draft.last_position,
                finished=self.finished,
                state=state_of(self),
                streams=tuple(_marks(self.connections.values())),
            )
        )

    def lapsed(self) -> list[str]:
        """Return the markets that are subscribed and whose book is not known now."""
        streams = (s for c in self.connections.values() for s in c.streams.values())
        return [ticker for stream in streams for ticker in sorted(stream.lapsed)]

    # -- frames ---------------------------------------------------------------------------------

    def _frame(self, record: Record) -> None:
        batch = self.draft.batch
        batch.frames += 1
        connection = self.connections.get(record.connection) or self._connect(record.connection)
        message = parse(record.payload, use_yes_price=connection.use_yes_price)
        received_at = self._endings.now = micros_of(record)
        self._record = record
        self.last_heard = record.connection
        if received_at is not None:
            self._hear(connection.clock, connection.number, received_at, message.sent_at)
        sid = message.sid
        if sid is not None and sid > MOST_SID:
            sid, message = None, Unparsable(reason="no subscription has such a number")
        if sid is None:
            batch.counters[type(message).__name__] += 1
            self._without_stream(message, connection, received_at)
            return
        stream = connection.streams.get(sid) or connection.stream(sid)
        verdict = connection.sequence.check(sid, message.seq)
        if verdict is not _IN_ORDER and not self._is_taken(verdict, message, stream):
            return
        if type(message) is BookDelta:
            self._delta(message, stream, connection, received_at)
        else:
            self._read(message, stream, connection, received_at)
        if message.seq is not None:
            stream.heard(received_at, record.payload)
            due = self.audits.due
            if due is not None and received_at is not None and received_at > due:
                self._expire_audits(received_at)

    def _hear(self, clock: ReceiptClock, number: int, at: Micros, sent_at: Micros | None) -> None:
        took, ours = None if sent_at is None else at - sent_at, self.clock
        if self.clocks is not None:
            ours = self.clocks.setdefault(number, OurClock())
        if took is not None and clock.quickest <= took <= clock.slowest and at >= ours.peak:
            clock.newest = ours.peak = at  # as nearly always
            ours.is_back = False
        else:
            for fault in clock.hear(at, sent_at, self.limits, number, ours):
                self._note_fault(fault)

    def _is_taken(self, verdict: Verdict, message: Message, stream: Stream) -> bool:
        """Draw the consequences of a number out of order; tell whether the message counts."""
        counters = self.draft.batch.counters
        if verdict is Verdict.UNNUMBERED:
            if type(message) is BookDelta:  # nobody could tell if it came twice, or never
                self._endings.close_stream(stream, "unreadable")
            return type(message) is not BookDelta
        if verdict is Verdict.DUPLICATE:
            if is_repeat(message, stream.last_frame):
                counters["duplicate"] += 1
                return False
            if type(message) is BookSnapshot:
                return True  # it says the same whether or not its number was its own
        cause = "gap" if verdict is Verdict.GAP else "sequence_back"
        counters[cause] += 1
        lost = "unreadable" if stream.is_doubted and verdict is Verdict.GAP else cause
        self._endings.close_stream(stream, lost)
        return verdict is not Verdict.DUPLICATE

    def _read(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        self.draft.batch.counters[type(message).__name__] += 1
        reader = self._readers.get(type(message))
        if reader is not None:
            reader(message, stream, connection, received_at)
        else:
            self._without_stream(message, connection, received_at)

    def _without_stream(
        self, message: Message, connection: Connection, received_at: Micros | None
    ) -> None:
        if isinstance(message, MarketLifecycle):
            self.draft.happened(facts_of_lifecycle(message), received_at)
        elif isinstance(message, Trade):
            if is_name(message.market_ticker) and is_name(message.trade_id):
                exchange_at = credible(message.exchange_at, received_at)
                self.draft.trade(message, received_at, exchange_at)
        elif isinstance(message, Subscribed):
            self._subscribed(message, connection)
        elif isinstance(message, Acknowledged):
            self._acknowledged_by_id(message, connection)
        elif isinstance(message, ErrorReply):
            self._error_without_stream(message, connection)
        elif isinstance(message, Unknown):
            self.draft.batch.counters[f"unknown: {message.type[:40]}"] += 1
        elif isinstance(message, Unparsable):
            for stream in connection.streams.values():
                stream.is_doubted = True

    def _subscribed(self, message: Subscribed, connection: Connection) -> None:
        if message.sid is None:
            return
        stream = connection.stream(message.sid)
        if not stream.lives:  # else its messages overtook this one
            connection.sequence.forget(stream.sid)
        if message.channel == "orderbook_delta":
            added, _ = connection.orders.answered(message.id)
            stream.lapsed.update(set(added).difference(stream.lives))

    def _acknowledged_by_id(self, message: Acknowledged, connection: Connection) -> None:
        _, removed = connection.orders.answered(message.id)
        for stream in connection.streams.values():
            self._endings.remove(removed, stream)

    def _error_without_stream(self, message: ErrorReply, connection: Connection) -> None:
        """An end that does not say of what: it may be the end of any book."""
        connection.orders.refused(message.id)
        if message.id is None and message.code in _TERMINAL:
            for _, stream in sorted(connection.streams.items()):
                self._endings.close_stream(stream, _cause_of(message))

    def _unreadable(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        """It may have changed any book of its subscription, and nobody can tell how."""
        self._endings.close_stream(stream, "unreadable")

    # -- books ----------------------------------------------------------------------------------

    def _delta(
        self, message: BookDelta, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        exchange_at = credible(message.exchange_at, received_at)
        stream.told(exchange_at)
        if stream.awaiting and exchange_at is not None:
            self._tell_awaiting(stream)
        live = stream.lives.get(message.market_ticker)
        if live is None:
            self.draft.batch.counters["change of an unknown book"] += 1
        elif message.price not in (_ANY if live.grid is None else live.grid):
            self.draft.batch.counters["off_grid_price"] += 1
            self._endings.close(live, stream, "off_grid_price")
        else:
            received_at = not_before(received_at, live.received_at, stream.received_at)
            exchange_at = not_before(exchange_at, live.exchange_at, stream.exchange_at)
            code = message.price * 2 + message.side
            if not self.draft.apply(live, code, message.change, received_at, exchange_at):
                self._endings.contradict(live, stream, "negative_size")
            elif live.may_cross or live.watch is not None:
                self._look_at(live, stream)
        if self.crossings.open:
            self._end_crossed(stream)

    def _look_at(self, live: Live, stream: Stream) -> None:
        if live.may_cross:
            self.crossings.moved(live, time_of(stream))
        if live.watch is not None:
            self.audits.moved(live)

    def _snapshot(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        assert isinstance(message, BookSnapshot)
        if message.seq is not None:
            stream.told(credible(message.exchange_at, received_at))
            if message.exchange_at is not None:
                self._tell_awaiting(stream)
        if not is_name(message.market_ticker):
            self.draft.batch.counters["ticker that is none"] += 1
            return
        if message.id is not None and not _follows(message.market_ticker, stream, connection):
            self.draft.batch.counters["snapshot of a market not subscribed"] += 1
            return
        levels = levels_in(message)
        live = self.draft.owners.get(message.market_ticker)
        if live is not None and self._is_confirmed(live, levels, stream, received_at):
            return
        self._open(message, levels, stream, received_at)

    def _is_confirmed(
        self, live: Live, levels: dict[int, int], stream: Stream, received_at: Micros | None
    ) -> bool:
        """Hold a snapshot against the book there is; one that differs, or moved here, is ended."""
        if live.stream_key != (stream.connection, stream.sid):
            former = self.connections[live.stream_key[0]]
            self._endings.close(live, former.stream(live.stream_key[1]), "superseded")
            return False
        told, offset = stream.exchange_at, self._record.offset
        if self.audits.snapshot(live, levels, received_at, told, offset):
            if live.ticker in self.crossings.open:
                self.crossings.opened(live)
            return True
        self._endings.contradict(live, stream, "snapshot_mismatch")
        return False

    def _open(
        self,
        message: BookSnapshot,
        levels: dict[int, int],
        stream: Stream,
        received_at: Micros | None,
    ) -> None:
        ticker, valid_from = message.market_ticker, credible(holds_from(message), received_at)
        # Changes count at the newest time told, at the earliest: so does what they go on from.
        received_at = latest(received_at, stream.received_at)
        valid_from = latest(valid_from, stream.exchange_at)
        grid = self.draft.grids.grid(ticker)
        if grid is not None and any(code >> 1 not in grid for code in levels):
            self.draft.allow(ticker, ANY_PRICE)  # what we were told of its prices is outdated
        live = self.draft.open(
            ticker,
            stream,
            levels,
            received_at,
            valid_from,
            opened_by="snapshot" if message.id is None else "get_snapshot",
            offset=self._record.offset,
        )
        stream.lives[ticker] = live
        stream.lapsed.discard(ticker)
        self.crossings.opened(live)
        if valid_from is None:
            stream.awaiting.append(live)

    def _tell_awaiting(self, stream: Stream) -> None:
        """Give snapshots without an exchange time the first one that their sid tells after them."""
        if stream.exchange_at is not None:
            for live in stream.awaiting:
                self.draft.tell_exchange_from(live, stream.exchange_at)
            stream.awaiting.clear()

    def _end_crossed(self, stream: Stream) -> None:
        for ticker in sorted(self.crossings.open):
            live = stream.lives.get(ticker)
            if live is not None and self.crossings.overdue(ticker, time_of(stream)):
                self._endings.contradict(live, stream, "crossed_book")

    def _expire_audits(self, at: Micros) -> None:
        for live in self.audits.expire(at, self._kept_up_to):
            stream = self.connections[live.stream_key[0]].stream(live.stream_key[1])
            self._endings.contradict(live, stream, "rest_mismatch")

    def _kept_up_to(self, live: Live) -> Micros | None:
        connection = self.connections[live.stream_key[0]]
        is_late = connection.clock.is_lagging
        return None if is_late else connection.stream(live.stream_key[1]).received_at

    # -- subscriptions --------------------------------------------------------------------------

    def _acknowledged(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        assert isinstance(message, Acknowledged)
        if message.seq is not None:
            stream.heard(received_at, self._record.payload)
        added, removed = connection.orders.answered(message.id)
        stream.lapsed.update(set(added).difference(stream.lives))
        if message.tickers is not None:
            kept = set(message.tickers)
            removed = [*removed, *(ticker for ticker in stream.lives if ticker not in kept)]
        self._endings.remove(removed, stream)

    def _unsubscribed(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        if message.seq is not None:
            stream.heard(received_at, self._record.payload)
        self._end_stream(stream, connection, "unsubscribed")

    def _error(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        assert isinstance(message, ErrorReply)
        connection.orders.refused(message.id)
        if message.ends_subscription:
            self._end_stream(stream, connection, _cause_of(message))

    # -- connections ----------------------------------------------------------------------------

    def _opened(self, record: Record) -> None:
        former = self.connections.get(record.connection)
        if former is not None:  # its end was not noted
            self._end_connection(former, "disconnect")
        flag = bool(facts_of_note(record.payload).get("use_yes_price", False))
        self.connections[record.connection] = Connection(record.connection, use_yes_price=flag)
        self.surroundings.begin(micros_of(record))

    def _closed(self, record: Record) -> None:
        connection = self.connections.get(record.connection)
        if connection is not None:
            self._endings.last_heard = self.last_heard
            self._end_connection(connection, cause_of_end(record.payload))

    def _started(self, record: Record) -> None:
        for _, connection in sorted(self.connections.items()):
            self._end_connection(connection, "restart")
        self.surroundings.restarted(self.clock.former, micros_of(record))

    def _finish(self, record: Record) -> None:
        self._endings.last_heard = self.last_heard
        for _, connection in sorted(self.connections.items()):
            self._end_connection(connection, END)
        for ticker in list(self.draft.wounds):
            self.draft.mend(ticker, micros_of(record))
        self.finished = True

    def _sent(self, record: Record) -> None:
        if record.connection == 0:
            self.audits.ask(record.payload, micros_of(record))
            return
        self._known(record.connection).orders.sent(record.payload)

    def _alive(self, record: Record) -> None:
        self._known(record.connection)  # a pong vouches for the socket, not for a subscription

    def _rest(self, record: Record) -> None:
        self.surroundings.answer(record.payload, micros_of(record), record.offset)

    def _end_connection(self, connection: Connection, cause: str) -> None:
        self.draft.batch.counters[cause] += 1
        fault = connection.clock.end(connection.number)
        if fault is not None:
            self._note_fault(fault)
        for _, stream in sorted(connection.streams.items()):
            self._end_stream(stream, connection, cause)
        self.connections.pop(connection.number, None)

    def _end_stream(self, stream: Stream, connection: Connection, cause: str) -> None:
        if cause in ("overflow", "channel_error"):
            self.draft.batch.counters[cause] += 1
        self._endings.close_stream(stream, cause)
        connection.streams.pop(stream.sid, None)
        connection.sequence.forget(stream.sid)

    def _note_fault(self, fault: ClockFault) -> None:
        if fault.received_to is None or fault.received_from == self._endings.now:  # it begins
            self.draft.batch.counters[fault.cause] += 1
        self.draft.batch.clock_faults[fault.connection, fault.received_from] = fault

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
            received_to, exchange_to = before(stream.received_at), before(stream.exchange_at)
            yield StreamMark(connection.number, stream.sid, received_to, exchange_to)


def _cause_of(message: ErrorReply) -> str:
    return "overflow" if message.code == _OVERFLOW else "channel_error"


def _follows(ticker: str, stream: Stream, connection: Connection) -> bool:
    """Tell whether changes of a market will follow; not if it may have been let go already."""
    is_lapsed = ticker in stream.lapsed and not connection.orders.removes(ticker)
    return ticker in stream.lives or is_lapsed
