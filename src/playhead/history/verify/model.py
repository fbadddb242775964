"""What an answer claims, where the evidence is, and what it shows."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.base.time import Micros
from playhead.history.books import Book
from playhead.history.rewind import Clock


class Verdict(StrEnum):
    """What the raw capture says about an answer."""

    SAME = "same"
    """The capture gives the same book."""
    DIFFERENT = "different"
    """The capture gives another book."""
    UNVERIFIABLE = "unverifiable"
    """The capture proves no book at the instant, or is not here: nothing is said of the answer."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What an answer says, and what it appeals to.

    Attributes:
        digest: Of the whole book, as the answer gives it.
        shown: The levels that the answer shows, perhaps only the best ones; None if it shows none.
        capture: Name of the capture that it appeals to; None if it names none.
        from_position: Where the interval begins that it appeals to; None if it names none.
    """

    ticker: str
    at: Micros
    clock: Clock
    digest: str
    shown: Book | None = None
    capture: str | None = None
    from_position: int | None = None


@dataclass(frozen=True, slots=True)
class Trail:
    """Where to read. The tape tells it, as a hint: whatever is read there is checked.

    Attributes:
        offsets: Of snapshots of the market to start from, the best one first.
        since, until: The proven instants of the interval (inclusive) as the tape has it now, by
            the clock of the claim; None: it proves none.
        closed_by: What ended the interval; None while it is open.
        clock_fault: Why our clock does not tell what was when at the instant; None if it does.
    """

    capture_number: int
    capture: str
    connection: int
    sid: int
    offsets: tuple[int, ...]
    since: Micros | None
    until: Micros | None
    closed_by: str | None
    clock_fault: str | None = None

    @property
    def folder_name(self) -> str:
        """The name of the capture's folder."""
        return f"{self.capture_number:06}-{self.capture}"


@dataclass(frozen=True, slots=True)
class Question:
    """The book of one market at one instant, as one subscription of one connection told it."""

    ticker: str
    at: Micros
    clock: Clock
    connection: int
    sid: int
    use_yes_price: bool = False


@dataclass(frozen=True, slots=True)
class Derivation:
    """What reading a capture from a snapshot on came to.

    Attributes:
        book: At the instant; None exactly when ``fault`` says why there is none.
        opening: The snapshot that it starts from.
        first_number, last_number: Ends of the unbroken run of the subscription's numbers.
        confirmed_at: The time, by the clock of the question, of the message whose number shows
            that nothing up to the instant is missing: the first one later than it, or the last one
            of all if it is of the instant itself and what followed is known to be nothing.
        changes: How many changes lead from the snapshot to the book.
        agreed: How many further snapshots up to the instant said what the book was.
        frames: Messages of the subscription; ``records`` are all that were read.
        is_intact: Whether every record could be read and had the right checksum.
    """

    book: Book | None
    fault: str | None
    from_offset: int
    to_offset: int
    records: int
    frames: int
    snapshot_found: bool
    sequence_unbroken: bool
    opening: Book | None
    first_number: int | None
    last_number: int | None
    changes: int
    agreed: int
    confirmed_at: Micros | None
    is_intact: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a claim and what it rests on.

    ``reason`` is None exactly when the verdict is *same*; trail and derivation are None where the
    search ended before them.
    """

    claim: Claim
    verdict: Verdict
    reason: str | None
    digest: str | None = None
    trail: Trail | None = None
    derivation: Derivation | None = None
