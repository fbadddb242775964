"""Forget executions that ended long ago: when somebody asks for it, and every hour."""

from collections.abc import Callable
from uuid import UUID

from playhead.automation.executions.repository import clean_up, count_old, forget_of_all
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.storage.hourly import every_hour
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants

USUAL_DAYS = 90
MICROS_PER_DAY = 24 * 3600 * MICROS_PER_SECOND


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
    await every_hour(
        f"executions that ended {days} days ago",
        lambda: forget_of_all(database, Micros(now() - days * MICROS_PER_DAY)),
    )
