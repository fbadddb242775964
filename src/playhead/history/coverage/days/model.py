"""A day of the record."""

from dataclasses import dataclass
from datetime import date

OVERDUE_SECONDS = 60
"""How long a book that is being recorded may go without a proof before that counts as a gap."""


@dataclass(frozen=True, slots=True)
class Day:
    """What one day (UTC, our clock) proves, summed up over all markets.

    Attributes:
        proven: Microseconds of books that are proven, by whichever recording.
        gap: Microseconds of books that should be proven and are not.
        markets: How many markets had any of either.
        incidents: What was noticed on the day to have ended knowledge.
    """

    day: date
    proven: int = 0
    gap: int = 0
    markets: int = 0
    incidents: int = 0
