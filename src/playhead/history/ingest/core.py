"""From records of one capture to what they add to the tape. Pure, deterministic, restartable.

Every applied change and every snapshot that opens an interval takes the next position. Positions
and the runs that become segments depend on the capture alone, never on when or how it is read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

import msgspec

from playhead.base.time import Micros
from playhead.history.books import Side
from playhead.history.capture import Kind, Record
from playhead.history.ingest.batch import Batch, Opened, Progress, StreamMark
from playhead.history.ingest.facts import Facts, facts_of_lifecycle, facts_of_rest
from playhead.history.ingest.live import EVENTS_A_KEYFRAME, Live
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
    Unsubscribed,
    Verdict,
    parse,
)
from playhead.history.tape import EVENTS_A_BLOCK

POSITION_BITS = 36
_YES = Side.YES
_OVERFLOW = 25


class BookSource(Protocol):
    """Where a market's levels come from after a restart."""

    def levels_at_head(self, market_id: int, from_position: int) -> dict[int, int]:
        """Return the level codes and sizes after the newest event on the tape."""


class MarketIds(Protocol):
    """The numbers of markets, shared by every capture of one tape."""

    def number(self, ticker: str) -> tuple[int, bool]:
        """Return the market's number, and whether it was given just now."""


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
        self.last_position = capture_id << POSITION_BITS
        self.connections: dict[int, Connection] = {}
        self.owners: dict[str, Live] = {}
        self.finished = False
        self._market_ids = market_ids
        self._books = books
        self._events_a_block = events_a_block
        self._batch = Batch()
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
        }

    def feed(self, records: Iterable[Record]) -> None:
        """Take records into account, in the order of the capture."""
        for record in records:
            if record.kind is Kind.FRAME:
                self._frame(record)
            else:
                self._handlers[record.kind](record)

    def take_batch(self) -> Batch:
        """Return what has been added since the last call."""
        batch, self._batch = self._batch, Batch()
        batch.progress = Progress(
            last_position=self.last_position,
            finished=self.finished,
            state=state_of(self.connections),
            streams=tuple(_marks(self.connections.values())),
        )
        return batch

    def _frame(self, record: Record) -> None:
        batch = self._batch
        batch.frames += 1
        connection = self.connections.get(record.connection) or self._connect(record.connection)
        message = parse(record.payload, use_yes_price=connection.use_yes_price)
        received_at = _micros(record)
        connection.heard(received_at)
        sid = message.sid
        if sid is None:
            batch.counters[type(message).__name__] += 1
            self._without_stream(message, connection)
            return
        stream = connection.streams.get(sid) or connection.stream(sid)
        verdict = connection.sequence.check(sid, message.seq)
        if verdict is Verdict.DUPLICATE:
            batch.counters["duplicate"] += 1
            return
        if verdict is Verdict.GAP:
            batch.counters["gap"] += 1
            self._close_stream(stream, "gap", stream.received_at)
        if type(message) is BookDelta:
            self._delta(message, stream, received_at)
        else:
            self._read(message, stream, connection, received_at)

    def _read(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        self._batch.counters[type(message).__name__] += 1
        reader = self._readers.get(type(message))
        if reader is not None:
            reader(message, stream, connection, received_at)
        else:
            self._without_stream(message, connection)
            stream.heard(received_at, None)

    def _without_stream(self, message: Message, connection: Connection) -> None:
        if isinstance(message, MarketLifecycle):
            self._learn(facts_of_lifecycle(message))
        elif isinstance(message, Subscribed) and message.sid is not None:
            connection.sequence.forget(message.sid)

    def _delta(self, message: BookDelta, stream: Stream, received_at: Micros | None) -> None:
        stream.heard(received_at, message.exchange_at)
        if stream.awaiting:
            self._tell_awaiting(stream)
        live = stream.lives.get(message.market_ticker)
        if live is None:
            self._batch.counters["change of an unknown book"] += 1
            return
        levels = live.levels
        if levels is None:
            levels = live.levels = self._books.levels_at_head(live.market_id, live.from_position)
        code = message.price * 2 + message.side
        size = levels.get(code, 0) + message.change
        if size < 0:
            self._batch.counters["negative_size"] += 1
            self._close(live, stream, "negative_size", live.received_at, live.exchange_at)
            return
        position = self._next_position()
        if live.since_keyframe >= EVENTS_A_KEYFRAME or (
            live.run_events == 0 and live.last_position != live.from_position
        ):
            self._batch.keyframes.append(live.keyframe(position))
        if size:
            levels[code] = size
        else:
            levels.pop(code, None)
        live.move_clocks(received_at, message.exchange_at)
        self._batch.events.append(
            position, live.market_id, received_at, message.exchange_at, code, message.change
        )
        if live.count(position):
            live.plan(self._batch)

    def _snapshot(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        assert isinstance(message, BookSnapshot)
        told_at = _after_sending(message)
        stream.heard(received_at, told_at)
        if stream.awaiting:
            self._tell_awaiting(stream)
        if message.id is not None and not stream.has_member(message.market_ticker):
            self._batch.counters["snapshot of a market not subscribed"] += 1
            return
        levels = {p * 2 + side: s for side in Side for p, s in _side(message, side) if s}
        live = self.owners.get(message.market_ticker)
        if live is not None and live.stream_key == (connection.number, stream.sid):
            if live.levels is None:
                live.levels = self._books.levels_at_head(live.market_id, live.from_position)
            if live.levels == levels:
                self._batch.verified[(live.market_id, live.from_position)] = received_at
                return
            self._batch.counters["snapshot_mismatch"] += 1
            self._close(live, stream, "snapshot_mismatch", live.received_at, live.exchange_at)
        elif live is not None:
            owner = self.connections[live.stream_key[0]].stream(live.stream_key[1])
            self._close(live, owner, "superseded", owner.received_at, owner.exchange_at)
        self._open(message.market_ticker, levels, stream, received_at, told_at)

    def _open(
        self,
        ticker: str,
        levels: dict[int, int],
        stream: Stream,
        received_at: Micros | None,
        exchange_at: Micros | None,
    ) -> None:
        position = self._next_position()
        key = (stream.connection, stream.sid)
        live = Live(ticker, self._market_id(ticker), position, key, levels)
        live.move_clocks(received_at, exchange_at)
        stream.lives[ticker] = self.owners[ticker] = live
        stream.lapsed.discard(ticker)
        if exchange_at is None:
            stream.awaiting.append(live)
        self._batch.opened.append(
            Opened(
                market_id=live.market_id,
                from_position=position,
                connection=stream.connection,
                sid=stream.sid,
                opened_by="snapshot",
                levels=dict(levels),
                received_from=received_at,
                exchange_from=exchange_at,
            )
        )

    def _tell_awaiting(self, stream: Stream) -> None:
        """Give snapshots without an exchange time the first one that their sid tells after them."""
        if stream.exchange_at is None:
            return
        for live in stream.awaiting:
            if live.exchange_at is None and self.owners.get(live.ticker) is live:
                live.move_clocks(None, stream.exchange_at)
                key = (live.market_id, live.from_position)
                self._batch.exchange_from[key] = stream.exchange_at
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
        stream.lapsed.difference_update(removed)
        for ticker in removed:
            live = stream.lives.get(ticker)
            if live is not None:
                self._close(live, stream, "unsubscribed", stream.received_at, stream.exchange_at)
                stream.lapsed.discard(ticker)

    def _unsubscribed(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        stream.heard(received_at, None)
        self._end_stream(stream, connection, "unsubscribed", stream.received_at)

    def _error(
        self, message: Message, stream: Stream, connection: Connection, received_at: Micros | None
    ) -> None:
        assert isinstance(message, ErrorReply)
        if message.ends_subscription:
            cause = "overflow" if message.code == _OVERFLOW else "channel_error"
            self._batch.counters[cause] += 1
            self._end_stream(stream, connection, cause, stream.received_at)
        else:
            stream.heard(received_at, None)

    def _opened(self, record: Record) -> None:
        facts = _json(record.payload)
        flag = bool(facts.get("use_yes_price", False))
        self.connections[record.connection] = Connection(record.connection, use_yes_price=flag)
        self.connections[record.connection].heard(_micros(record))

    def _closed(self, record: Record) -> None:
        connection = self.connections.get(record.connection)
        if connection is not None:
            cause = str(_json(record.payload).get("cause", "disconnect"))
            self._end_connection(connection, cause)

    def _started(self, record: Record) -> None:
        for connection in list(self.connections.values()):
            self._end_connection(connection, "restart")

    def _finish(self, record: Record) -> None:
        for connection in list(self.connections.values()):
            self._end_connection(connection, "end_of_recording")
        self.finished = True

    def _sent(self, record: Record) -> None:
        if b"delete_markets" not in record.payload:
            return
        command = _json(record.payload)
        params = command.get("params")
        number = command.get("id")
        if isinstance(params, dict) and isinstance(number, int):
            tickers = params.get("market_tickers") or [params.get("market_ticker")]
            removals = self._known(record.connection).removals
            removals[number] = [str(ticker) for ticker in tickers]

    def _alive(self, record: Record) -> None:
        self._known(record.connection).heard(_micros(record))

    def _rest(self, record: Record) -> None:
        for facts in facts_of_rest(record.payload):
            self._learn(facts)

    def _learn(self, facts: Facts) -> None:
        known = self._batch.facts.get(facts.ticker)
        self._batch.facts[facts.ticker] = facts if known is None else known.updated_by(facts)
        self._market_id(facts.ticker)

    def _end_connection(self, connection: Connection, cause: str) -> None:
        self._batch.counters[cause] += 1
        for stream in list(connection.streams.values()):
            self._end_stream(stream, connection, cause, connection.alive_at)
        self.connections.pop(connection.number, None)

    def _end_stream(
        self, stream: Stream, connection: Connection, cause: str, received_to: Micros | None
    ) -> None:
        self._close_stream(stream, cause, received_to)
        connection.streams.pop(stream.sid, None)
        connection.sequence.forget(stream.sid)

    def _close_stream(self, stream: Stream, cause: str, received_to: Micros | None) -> None:
        for live in list(stream.lives.values()):
            self._close(live, stream, cause, received_to, stream.exchange_at)
        stream.awaiting.clear()

    def _close(
        self,
        live: Live,
        stream: Stream,
        cause: str,
        received_to: Micros | None,
        exchange_to: Micros | None,
    ) -> None:
        known_exchange = exchange_to if live.exchange_at is not None else None
        live.close(self._batch, cause, received_to, known_exchange)
        del stream.lives[live.ticker]
        stream.lapsed.add(live.ticker)
        if self.owners.get(live.ticker) is live:
            del self.owners[live.ticker]

    def _known(self, number: int) -> Connection:
        return self.connections.get(number) or self._connect(number)

    def _connect(self, number: int) -> Connection:
        """Return a connection that was never announced: its first record is the first sign."""
        self.connections[number] = Connection(number)
        return self.connections[number]

    def _market_id(self, ticker: str) -> int:
        number, is_new = self._market_ids.number(ticker)
        if is_new:
            self._batch.new_markets[ticker] = number
        return number

    def _next_position(self) -> int:
        self.last_position += 1
        if self.last_position % self._events_a_block == 0:
            for live in self.owners.values():
                live.plan(self._batch)
        return self.last_position


def _marks(connections: Iterable[Connection]) -> Iterator[StreamMark]:
    for connection in connections:
        for stream in connection.streams.values():
            yield StreamMark(connection.number, stream.sid, connection.alive_at, stream.exchange_at)


def _side(message: BookSnapshot, side: Side) -> tuple[tuple[int, int], ...]:
    return message.yes if side is _YES else message.no


def _after_sending(message: BookSnapshot) -> Micros | None:
    """Return the first exchange instant at which a snapshot surely holds.

    ``sent_at`` is cut to the millisecond, so what the snapshot includes may be later than that by
    less than a millisecond.
    """
    if message.exchange_at is not None or message.sent_at is None:
        return message.exchange_at
    return Micros(message.sent_at + 1000)


def _micros(record: Record) -> Micros | None:
    return None if record.received_at is None else Micros(record.received_at // 1000)


def _json(payload: bytes) -> dict[str, object]:
    try:
        decoded = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
