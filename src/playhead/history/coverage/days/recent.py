"""The last days of the record, worked out once for everybody who asks."""

from collections.abc import Mapping
from datetime import date

from playhead.base.time import Micros
from playhead.history.coverage.caching import KeptByDay
from playhead.history.coverage.days.model import Day
from playhead.history.coverage.days.repository import Days
from playhead.history.coverage.shares import last_days, start_of


class RecentDays:
    """Keeps today and yesterday for 15 seconds, older days for 10 minutes."""

    def __init__(self, days: Days) -> None:
        self._days = days
        self._kept = KeptByDay(self._load)

    async def last(self, count: int, *, now: Micros) -> list[Day]:
        """Return the last ``count`` days without a hole, the newest, that of ``now``, first."""
        found = await self._kept.last(count, now)
        return [found.get(day) or Day(day) for day in last_days(count, now)]

    async def _load(self, since: date, until: date, now: Micros) -> Mapping[date, Day]:
        return await self._days.between(start_of(since), min(start_of(until), now))
