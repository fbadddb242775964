"""Questions about the past and their answers: a book, or the statement that we do not know."""

from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.history.books import Book, Change, book_digest
from playhead.history.coverage import Clock as Clock
from playhead.history.coverage import State as State
from playhead.history.tape import Trades


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the answer rests on.

    Attributes:
        cause: Why nothing is known; None when proven. One of those in ``coverage.causes``.
        since: Start of what is proven without a break, or of the stretch that is unknown for this
            cause (None: from the beginning).
        until: First microsecond past it; None while it is still open or nothing follows.
        verified_at: When a fresh snapshot last agreed with the rebuilt book.
        recorder: Who recorded it, or whose knowledge ended.
    """

    state: State
    cause: str | None
    since: Micros | None
    until: Micros | None
    verified_at: Micros | None = None
    recorder: str | None = None


@dataclass(frozen=True, slots=True)
class BookAt:
    """A book and where it stands. ``position`` is that of the last event it includes."""

    position: int
    received_at: Micros | None
    exchange_at: Micros | None
    book: Book


@dataclass(frozen=True, slots=True)
class Certificate:
    """Where the proof of a book is, so that anybody can derive it again from the capture.

    Attributes:
        capture: The name of the capture; ``capture_number`` tells it from others of that name.
        connection, sid: The unbroken chain of messages, within the capture.
        opened_by: What kind of message opened the interval.
        from_position: Where the interval opened, on the tape.
        keyframe_position: The newest whole book that was used.
        position: The last event that the book includes.
        received_from, exchange_from: The first instants of the interval by the two clocks.
    """

    recorder: str
    capture: str
    capture_number: int
    connection: int
    sid: int
    opened_by: str
    from_position: int
    keyframe_position: int
    position: int
    received_from: Micros | None
    exchange_from: Micros | None


@dataclass(frozen=True, slots=True)
class BookAnswer:
    """The answer to "what was the book of this market at this instant?".

    Attributes:
        at: The instant that was asked, or the newest proven one if none was named.
        found: None exactly when ``coverage.state`` is unknown.
        certificate: Of the book that was found.
        last_known: The last proven book before ``at``; only when unknown.
        next_known: The first proven book after ``at``; only when unknown.
        trades_between: The trades after the last proven and before the next proven instant; only
            when unknown.
    """

    ticker: str
    at: Micros
    clock: Clock
    coverage: Coverage
    found: BookAt | None
    certificate: Certificate | None = None
    last_known: BookAt | None = None
    next_known: BookAt | None = None
    trades_between: Trades | None = None

    @property
    def digest(self) -> str | None:
        """The digest of the whole book that was found: the same whenever and whoever is asked."""
        return None if self.found is None else book_digest(self.ticker, self.found.book)


@dataclass(frozen=True, slots=True)
class ChangeAt:
    """One change and where it stands."""

    position: int
    received_at: Micros | None
    exchange_at: Micros | None
    change: Change


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one market's past that is either all proven or all unknown.

    ``since`` (inclusive) and ``until`` (exclusive) are on the clock that was asked. ``start`` is
    the book just before the first change (None in an unknown run). Changes are in order of
    position.
    """

    coverage: Coverage
    since: Micros
    until: Micros
    start: BookAt | None
    changes: tuple[ChangeAt, ...]
