"""How much of what should be known is proven, day by day, over all markets."""

from playhead.history.coverage.days.model import OVERDUE_SECONDS, Day
from playhead.history.coverage.days.recent import RecentDays
from playhead.history.coverage.days.repository import Days

__all__ = ["OVERDUE_SECONDS", "Day", "Days", "RecentDays"]
