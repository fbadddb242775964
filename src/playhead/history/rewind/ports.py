"""What the endpoints and commands of the past read from."""

from collections.abc import AsyncIterator
from typing import Protocol

from playhead.base.time import Micros
from playhead.history.rewind.model import BookAnswer, Clock, Run


class RewindReader(Protocol):
    """Answers questions about the past."""

    async def book(
        self, ticker: str, *, at: Micros | None, clock: Clock, now: Micros
    ) -> BookAnswer:
        """Return the book at ``at``, or the newest proven one if ``at`` is None."""
        ...

    def runs(
        self, ticker: str, *, since: Micros, until: Micros, clock: Clock, now: Micros
    ) -> AsyncIterator[Run]:
        """Yield runs that together cover ``[since, until)`` exactly."""
        ...
