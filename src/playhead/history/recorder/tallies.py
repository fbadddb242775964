"""What a recorder counts while it runs."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """Counts over all connections since the start of the process.

    Attributes:
        skipped: Frames that were captured and not looked at, because looking lagged.
        lag_ms: Between the exchange's sending and our receiving, of the newest frame that says.
        ends: Connections that ended, by cause.
        trouble: The newest thing that went wrong, in words.
    """

    frames: int = 0
    bytes: int = 0
    gaps: int = 0
    healed: int = 0
    feed_gaps: int = 0
    duplicates: int = 0
    unparsable: int = 0
    skipped: int = 0
    refused: int = 0
    lag_ms: int | None = None
    trouble: str | None = None
    ends: dict[str, int] = field(default_factory=dict)

    def ended(self, cause: str) -> None:
        """Count the end of a connection."""
        self.ends[cause] = self.ends.get(cause, 0) + 1


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
