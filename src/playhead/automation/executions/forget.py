"""Forget executions that ended long ago: when somebody asks for it, and every hour."""

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from playhead.automation.executions.repository import clean_up, count_old, forget_of_all
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.storage.postgres import Database, DatabaseUnavailable
from playhead.storage.tenants import Tenants

USUAL_DAYS = 90
PAUSE_SECONDS = 3600.0
MICROS_PER_DAY = 24 * 3600 * MICROS_PER_SECOND
_log = logging.getLogger(__name__)


async def forget(
    tenants: Tenants, org_id: UUID, *, older_than_days: int, dry_run: bool, now: Micros
) -> int:
    """Forget an organisation's executions that ended so long ago; return how many there are.

    With ``dry_run`` they are counted and stay.
    """
    before = Micros(now - older_than_days * MICROS_PER_DAY)
    if dry_run:
        return await count_old(tenants, org_id, before)
    return await clean_up(tenants, org_id, before)


async def forget_executions(
    database: Database, now: Callable[[], Micros], *, days: int = USUAL_DAYS
) -> None:
    """Forget those of all organisations that ended ``days`` ago, once an hour, until cancelled."""
    while True:
        try:
            forgotten = await forget_of_all(database, Micros(now() - days * MICROS_PER_DAY))
            if forgotten:
                _log.info("forgot %d executions that ended %d days ago", forgotten, days)
        except DatabaseUnavailable:
            _log.warning("old executions could not be forgotten; trying again in an hour")
        except Exception:  # noqa: BLE001 -- the loop outlives a database that is not migrated yet
            _log.exception("old executions could not be forgotten; trying again in an hour")
        await asyncio.sleep(PAUSE_SECONDS)
