"""What a subscription had told before the snapshot that a book is derived from. Pure.

Where that is later than the instant asked, every change after the snapshot counts later too.
"""

from playhead.base.time import Micros
from playhead.history.capture import Kind, Record
from playhead.history.kalshi import BookSnapshot, ErrorReply, Message, Unsubscribed, parse
from playhead.history.verify.copies import is_copy
from playhead.history.verify.model import Question
from playhead.history.verify.times import told_by

_EDGES = frozenset({Kind.OPENED, Kind.CLOSED})


class Foretold:
    """The records before a snapshot, in order, or the last stretch of them.

    Attributes:
        newest: The latest time that was told, by the clock of the question; None: none was.
        has_begun: Whether the subscription began within these records: nothing earlier matters.
    """

    def __init__(self, asked: Question) -> None:
        self._asked = asked
        self.newest: Micros | None = None
        self.has_begun = False
        self._former: Message | None = None

    def take(self, record: Record) -> None:
        """Take the next record into account."""
        is_ours = record.connection == self._asked.connection
        if record.kind is Kind.STARTED or (is_ours and record.kind in _EDGES):
            self._begin()
        elif is_ours and record.kind is Kind.FRAME:
            self._frame(parse(record.payload), record)

    def _frame(self, message: Message, record: Record) -> None:
        if message.sid != self._asked.sid:
            return
        is_error = isinstance(message, ErrorReply) and message.ends_subscription
        if is_error or isinstance(message, Unsubscribed):
            self._begin()
        elif message.seq is not None and not self._is_out_of_place(message):
            self._former = message
            at = told_by(message, record, self._asked.clock)
            if at is not None and (self.newest is None or at > self.newest):
                self.newest = at

    def _is_out_of_place(self, message: Message) -> bool:
        """Tell whether a message bears the number of the one before it and is no new snapshot."""
        if self._former is None or message.seq != self._former.seq:
            return False
        return not isinstance(message, BookSnapshot) or is_copy(message, self._former)

    def _begin(self) -> None:
        self.newest, self._former, self.has_begun = None, None, True
