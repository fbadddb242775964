"""What a recorder counts while it runs."""

from dataclasses import dataclass, field

from playhead.base.time import Micros

_MICROS_PER_MILLI = 1000


@dataclass(slots=True)
class Tally:
    """Counts over all connections since the start of the process.

    Attributes:
        gaps: Times that numbers of a book subscription were missing.
        sequence_backs: Times that its counter went back, or came twice with different content.
        heals: Times that all books of a subscription were asked for again; ``healed``: and came.
        missed_books: Books asked for again because somebody else missed them.
        audits: Books asked for over the socket although they were known.
        silent: Markets that did not answer, while others did.
        rest_audits: Books asked for over REST; ``rest_failures``: requests without an answer.
        skipped: Frames that were captured and not looked at, because looking lagged.
        ends: Connections that ended, by cause.
        trouble: The newest thing that went wrong, in words.
    """

    frames: int = 0
    bytes: int = 0
    gaps: int = 0
    sequence_backs: int = 0
    heals: int = 0
    healed: int = 0
    missed_books: int = 0
    audits: int = 0
    silent: int = 0
    rest_audits: int = 0
    rest_failures: int = 0
    feed_gaps: int = 0
    duplicates: int = 0
    unparsable: int = 0
    skipped: int = 0
    refused: int = 0
    trouble: str | None = None
    ends: dict[str, int] = field(default_factory=dict)

    def ended(self, cause: str) -> None:
        """Count the end of a connection."""
        self.ends[cause] = self.ends.get(cause, 0) + 1


class Lag:
    """How much longer than the quickest one the newest frame of a connection was under way.

    The two clocks need not agree: only differences between their differences count.
    """

    def __init__(self) -> None:
        self._newest: int | None = None
        self._quickest = 0

    @property
    def millis(self) -> int | None:
        """The lag; None as long as no frame said when it was sent."""
        if self._newest is None:
            return None
        return (self._newest - self._quickest) // _MICROS_PER_MILLI

    def hear(self, received_at: Micros, sent_at: Micros) -> None:
        """Take in the times of a frame."""
        took = received_at - sent_at
        if self._newest is None or took < self._quickest:
            self._quickest = took
        self._newest = took


class Rate:
    """How many a second, between one look and the next."""

    def __init__(self) -> None:
        self._count = 0
        self._at: float | None = None

    def look(self, count: int, now: float) -> int:
        """Return the mean rate since the last look; 0 at the first."""
        before, self._count = self._count, count
        since, self._at = self._at, now
        if since is None or now <= since:
            return 0
        return round((count - before) / (now - since))
