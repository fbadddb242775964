"""What nobody asks for and yet has to be done: what has expired is forgotten."""

import asyncio
import logging
from collections.abc import Callable

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.storage.expired import forget_expired
from playhead.storage.postgres import Database, DatabaseUnavailable

PAUSE_SECONDS = 3600.0
KEPT = Micros(30 * 24 * 3600 * MICROS_PER_SECOND)
_log = logging.getLogger(__name__)


async def forget_expired_again_and_again(database: Database, now: Callable[[], Micros]) -> None:
    """Forget once an hour, until cancelled."""
    while True:
        try:
            await forget_expired(database, now=now(), kept=KEPT)
        except DatabaseUnavailable:
            _log.warning("what has expired could not be forgotten; trying again in an hour")
        except Exception:  # noqa: BLE001 -- the loop outlives a database that is not migrated yet
            _log.exception("what has expired could not be forgotten; trying again in an hour")
        await asyncio.sleep(PAUSE_SECONDS)
