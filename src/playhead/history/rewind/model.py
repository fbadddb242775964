"""Questions about the past and their answers: a book, or the statement that we do not know."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.base.time import Micros
from playhead.history.books import Book, Change


class Clock(StrEnum):
    """Which time a question is about."""

    RECEIVED = "received"
    """When our recorder read the message from the socket."""
    EXCHANGE = "exchange"
    """When the exchange says that it happened, where it said so."""


class State(StrEnum):
    """Whether the answer can be relied on. There is nothing in between."""

    PROVEN = "proven"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the answer rests on.

    Attributes:
        cause: Why nothing is known; None when proven. One of ``before_recording``,
            ``not_yet_recorded`` or the cause that closed the interval before (``gap``,
            ``disconnect``, ``restart``, ...).
        since: Start of the proven interval, or of the unknown stretch (None: from the beginning).
        until: First microsecond past it; None while it is still open or nothing follows.
        verified_at: When a fresh snapshot last agreed with the rebuilt book.
        recorder: Who recorded it.
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
class BookAnswer:
    """The answer to "what was the book of this market at this instant?".

    Attributes:
        at: The instant that was asked, or the newest proven one if none was named.
        found: None exactly when ``coverage.state`` is unknown.
        last_known: The last proven book before ``at``; only when unknown.
        next_known: The first proven book after ``at``; only when unknown.
    """

    ticker: str
    at: Micros
    clock: Clock
    coverage: Coverage
    found: BookAt | None
    last_known: BookAt | None = None
    next_known: BookAt | None = None


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
