"""How the record stands at an instant."""

from collections.abc import Sequence
from dataclasses import dataclass

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.coverage.audits import Audit, Rate
from playhead.history.coverage.days import OVERDUE_SECONDS, Day
from playhead.history.coverage.incidents import Incident

OVERDUE = OVERDUE_SECONDS * MICROS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Recorder:
    """A recording that goes on.

    Attributes:
        started_at: When it began.
        ingested_at: When something of it was last written on the tape.
        proven_to: The newest instant that it proves of any market.
        slowest_to: The same of the subscription that was vouched for longest ago.
        books: How many markets it follows without a break now.
    """

    name: str
    capture: str
    started_at: Micros | None
    ingested_at: Micros | None
    proven_to: Micros | None
    slowest_to: Micros | None
    books: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page of record tells.

    Attributes:
        now: The instant at which it stood so.
        days: The last days, the newest first.
        rates: Match rates of these days.
        open_incidents: How many have markets without a book still, which are ``waiting``.
        incidents: The newest.
        mismatches: The newest audits that did not agree.
        recorders: Recordings that go on.
    """

    now: Micros
    days: Sequence[Day]
    rates: Sequence[Rate]
    open_incidents: int
    waiting: int
    incidents: Sequence[Incident]
    mismatches: Sequence[Audit]
    recorders: Sequence[Recorder]

    @property
    def today(self) -> Day:
        """The day of ``now``."""
        return self.days[0]

    @property
    def proven_to(self) -> Micros | None:
        """The newest instant that anything is proven at."""
        proven = [each.proven_to for each in self.recorders if each.proven_to is not None]
        return max(proven, default=None)

    @property
    def lag(self) -> int | None:
        """Microseconds since then, at least 0; None: nothing is being recorded."""
        return None if self.proven_to is None else max(0, self.now - self.proven_to)

    @property
    def is_overdue(self) -> bool:
        """Whether a book is being recorded and nothing has been proven for too long."""
        books = sum(each.books for each in self.recorders)
        return books > 0 and (self.lag is None or self.lag > OVERDUE)
