"""Forget events that were decided long ago, every hour."""

from collections.abc import Callable

from playhead.automation.reflexes.model import DAY
from playhead.automation.reflexes.repository import forget_events_before
from playhead.base.time import Micros
from playhead.storage.hourly import every_hour
from playhead.storage.tenants import Tenants

USUAL_DAYS = 90
"""More than the longest throttle and the longest window of a key, which look back at events."""


async def forget_events(
    tenants: Tenants, now: Callable[[], Micros], *, days: int = USUAL_DAYS
) -> None:
    """Forget those of all organisations that were decided ``days`` ago, until cancelled."""
    await every_hour(
        f"events of reflexes, decided {days} days ago",
        lambda: forget_events_before(tenants, Micros(now() - days * DAY)),
    )
