"""What the coverage endpoint and the page of record read days from."""

from typing import Protocol

from playhead.base.time import Micros
from playhead.history.coverage.days.model import Day


class DayReader(Protocol):
    """What each day proves."""

    async def last(self, count: int, *, now: Micros) -> list[Day]:
        """Return the last ``count`` days without a hole, the newest, that of ``now``, first."""
        ...
