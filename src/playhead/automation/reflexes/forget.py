"""Forget events that were decided long ago, every hour."""

import asyncio
import logging
from collections.abc import Callable

from playhead.automation.reflexes.model import DAY
from playhead.automation.reflexes.repository import forget_events_before
from playhead.base.time import Micros
from playhead.storage.postgres import DatabaseUnavailable
from playhead.storage.tenants import Tenants

USUAL_DAYS = 90
"""More than the longest throttle and the longest window of a key, which look back at events."""

PAUSE_SECONDS = 3600.0
_log = logging.getLogger(__name__)


async def forget_events(
    tenants: Tenants, now: Callable[[], Micros], *, days: int = USUAL_DAYS
) -> None:
    """Forget those of all organisations that were decided ``days`` ago, until cancelled."""
    while True:
        try:
            forgotten = await forget_events_before(tenants, Micros(now() - days * DAY))
            if forgotten:
                _log.info("forgot %d events of reflexes, decided %d days ago", forgotten, days)
        except DatabaseUnavailable:
            _log.warning("old events could not be forgotten; trying again in an hour")
        except Exception:  # noqa: BLE001 -- the loop outlives a database that is not migrated yet
            _log.exception("old events could not be forgotten; trying again in an hour")
        await asyncio.sleep(PAUSE_SECONDS)
