"""A book from raw records: a snapshot, and every change after it that counts by an instant. Pure.

Deliberately plain, and apart from the ingest and the tape: only the reading of frames is shared.
What it rests on, for one subscription (``sid``) of one connection:

- Numbers: each message has the number after that of the one before. A message that comes again
  with its number counts once; a snapshot says the same under whatever number it comes.
- Clocks: a change counts at the newest time that the subscription has told so far, itself
  included. So the book at an instant holds all that came before the first message that tells a
  later time, whichever market that message is about.
- Confirmation: only a numbered message in its place shows that nothing before it is missing, and
  one at the instant itself may be followed by another at the same instant. So the book is proven by
  the first numbered message later than the instant, or by an end at which nothing can be missing.
"""

from collections.abc import Iterable

from playhead.base.time import Micros
from playhead.history.books import Book, Price, Size
from playhead.history.capture import Kind, Record
from playhead.history.kalshi import (
    Acknowledged,
    BookDelta,
    BookSnapshot,
    ErrorReply,
    Message,
    Unparsable,
    Unsubscribed,
    parse,
)
from playhead.history.rewind import Clock
from playhead.history.verify.copies import is_copy
from playhead.history.verify.model import Derivation, Question
from playhead.history.verify.notes import note_of
from playhead.history.verify.times import held_from, told_by

_NOTHING_MISSING = frozenset({"end_of_recording", "superseded", "unsubscribed"})
"""Ends after which nothing of the last instant can be missing."""
_TERMINAL = (10, 25)
Levels = dict[Price, Size]


class Rederivation:
    """The book of one market, record by record. The first record must be a snapshot of it.

    ``told``: the latest time that the subscription had told before it, if that is known.
    """

    def __init__(self, asked: Question, told: Micros | None = None) -> None:
        self._asked = asked
        self._sides: tuple[Levels, Levels] | None = None
        """YES and NO bids, as of the newest change that counts."""
        self._opening: Book | None = None
        self._fault: str | None = None
        self._is_broken = False
        self._told = told
        """The newest time that a numbered message has told."""
        self._is_past = False
        """Whether that is later than the instant: no further change counts."""
        self._confirmed_at: Micros | None = None
        self._first = self._last = 0
        self._newest: Message | None = None
        self._removals: set[int | None] = set()
        """Commands by which the market is let go once they are acknowledged."""
        self._from = self._to = 0
        self._records = self._frames = self._changes = self._agreed = 0

    @property
    def is_done(self) -> bool:
        """Whether further records cannot matter."""
        return self._fault is not None or self._confirmed_at is not None

    def take(self, record: Record) -> None:
        """Take the next record of the capture into account."""
        if not self._records:
            self._from = record.offset
        self._records += 1
        self._to = record.next_offset
        if record.kind is not Kind.FRAME:
            self._note(record)
        elif record.connection == self._asked.connection:
            self._frame(record)
        elif self._is_at_edge:
            self._hear_elsewhere(parse(record.payload))
        if self._sides is None and self._fault is None:
            self._fault = f"there is no snapshot of {self._asked.ticker} at offset {self._from}"

    def result(self, *, damage: str | None = None) -> Derivation:
        """Return what the records came to; ``damage``: why no further one could be read."""
        fault = self._fault or damage
        if fault is None and self._confirmed_at is None:
            fault = "nothing recorded so far shows that nothing before the instant is missing"
        is_found = self._sides is not None
        return Derivation(
            book=_book(self._sides) if fault is None else None,
            fault=fault,
            from_offset=self._from,
            to_offset=self._to,
            records=self._records,
            frames=self._frames,
            snapshot_found=is_found,
            sequence_unbroken=is_found and not self._is_broken,
            opening=self._opening,
            first_number=self._first if is_found else None,
            last_number=self._last if is_found else None,
            changes=self._changes,
            agreed=self._agreed,
            confirmed_at=self._confirmed_at,
            is_intact=damage is None,
        )

    def _frame(self, record: Record) -> None:
        message = parse(record.payload, use_yes_price=self._asked.use_yes_price)
        if message.sid == self._asked.sid:
            self._frames += 1
            if self._sides is None:
                self._open(message, record)
            elif self._is_in_place(message):
                self._hear(message, record)
        elif message.sid is None and self._sides is not None:
            self._hear_without_sid(message)
        elif self._is_at_edge:
            self._hear_elsewhere(message)

    def _open(self, message: Message, record: Record) -> None:
        if not isinstance(message, BookSnapshot) or message.market_ticker != self._asked.ticker:
            return
        at = held_from(message, record, self._asked.clock)
        if message.seq is None:
            self._fault = "the snapshot to start from has no number to go on from"
        elif at is not None and at > self._asked.at:
            self._fault = "the snapshot to start from is later than the instant"
        else:
            self._sides = (dict(message.yes), dict(message.no))
            self._opening = _book(self._sides)
            self._first = self._last = message.seq
            self._newest = message
            self._tell(told_by(message, record, self._asked.clock))

    def _is_in_place(self, message: Message) -> bool:
        """Check the number; tell whether the message says anything new."""
        if message.seq is None:
            if isinstance(message, BookDelta):
                self._break("a change came without a number")
            return not isinstance(message, BookDelta)
        if message.seq == self._last + 1:
            self._last = message.seq
            return True
        if message.seq == self._last:
            if is_copy(message, self._newest):
                return False
            if isinstance(message, BookSnapshot):
                return True
        self._break(f"number {self._last + 1} was due and number {message.seq} came")
        return False

    def _hear(self, message: Message, record: Record) -> None:
        if isinstance(message, Unparsable):
            self._break(f"a message cannot be read: {message.reason}")
        elif isinstance(message, ErrorReply) and message.ends_subscription:
            self._end(f"error {message.code}")
        else:
            if message.seq is not None:
                self._newest = message
                self._tell(told_by(message, record, self._asked.clock))
                self._apply(message)
            if isinstance(message, Unsubscribed) or self._lets_go(message):
                self._end("unsubscribed")

    def _hear_without_sid(self, message: Message) -> None:
        if isinstance(message, Acknowledged) and message.id in self._removals:
            self._end("unsubscribed")
        elif isinstance(message, ErrorReply) and message.id is None and message.code in _TERMINAL:
            self._end(f"error {message.code}")

    @property
    def _is_at_edge(self) -> bool:
        """Whether the newest time that was told is the instant itself."""
        return self._told == self._asked.at

    def _hear_elsewhere(self, message: Message) -> None:
        """Let another subscription go on with the market: by our clock this one is then whole."""
        is_ours = isinstance(message, BookSnapshot) and message.market_ticker == self._asked.ticker
        if is_ours and message.id is None and self._asked.clock is Clock.RECEIVED:
            self._end("superseded")

    def _tell(self, at: Micros | None) -> None:
        """Move on to the time that a numbered message in its place tells."""
        if at is not None and (self._told is None or at > self._told):
            self._told = at
        if self._told is not None and self._told > self._asked.at:
            self._is_past = True
            self._confirmed_at = self._told

    def _apply(self, message: Message) -> None:
        if self._is_past or self._sides is None:
            return
        if isinstance(message, BookSnapshot) and message.market_ticker == self._asked.ticker:
            self._agreed += 1
            if self._sides != (dict(message.yes), dict(message.no)):
                self._fault = "a later snapshot, still before the instant, contradicts the book"
        elif isinstance(message, BookDelta) and message.market_ticker == self._asked.ticker:
            levels = self._sides[message.side]
            size = levels.pop(message.price, 0) + message.change
            self._changes += 1
            if size < 0:
                self._fault = f"a level would hold {size} hundredths of a contract"
            elif size:
                levels[message.price] = Size(size)

    def _lets_go(self, message: Message) -> bool:
        if not isinstance(message, Acknowledged):
            return False
        is_left_out = message.tickers is not None and self._asked.ticker not in message.tickers
        return is_left_out or message.id in self._removals

    def _note(self, record: Record) -> None:
        """Take in what stands beside frames: commands, and the ends of connections."""
        if record.kind is Kind.FINISHED:
            self._end("end_of_recording")
        elif record.kind is Kind.STARTED:
            self._end("restart")
        elif record.connection != self._asked.connection:
            return
        elif record.kind is Kind.SENT:
            self._sent(note_of(record.payload))
        elif record.kind is Kind.OPENED:
            self._end("disconnect")
        elif record.kind is Kind.CLOSED:
            self._end(str(note_of(record.payload).get("cause")))

    def _sent(self, command: dict[str, object]) -> None:
        number, asked = command.get("id"), command.get("params")
        if not isinstance(number, int) or not isinstance(asked, dict):
            return
        listed = asked.get("market_tickers")
        tickers = listed if isinstance(listed, list) else [asked.get("market_ticker")]
        if asked.get("action") == "delete_markets" and self._asked.ticker in tickers:
            self._removals.add(number)

    def _end(self, cause: str) -> None:
        """End the subscription: that proves its last instant, if nothing of it can be missing."""
        if self._sides is None or self.is_done:
            return
        if cause in _NOTHING_MISSING and self._is_at_edge:
            self._confirmed_at = self._told
        else:
            self._fault = f"the subscription ended ({cause}) before anything confirms the instant"

    def _break(self, fault: str) -> None:
        self._is_broken = True
        self._fault = fault


def rederive(records: Iterable[Record], asked: Question) -> Derivation:
    """Return the book that ``asked`` is about, from ``records`` that begin with a snapshot of it.

    No more records are taken than are needed.
    """
    found = Rederivation(asked)
    for record in records:
        found.take(record)
        if found.is_done:
            break
    return found.result()


def _book(sides: tuple[Levels, Levels] | None) -> Book | None:
    return None if sides is None else Book(yes=dict(sides[0]), no=dict(sides[1]))
