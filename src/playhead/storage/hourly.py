"""What is done once an hour, as long as a process lives."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from playhead.storage.postgres import DatabaseUnavailable

PAUSE_SECONDS = 3600.0
_log = logging.getLogger(__name__)


async def every_hour(what: str, forget: Callable[[], Awaitable[int | None]]) -> None:
    """Forget once an hour, until cancelled; what fails is tried again after an hour.

    Args:
        what: Is forgotten, in the plural, for the log.
        forget: Returns how many were forgotten, if it knows.
    """
    while True:
        try:
            forgotten = await forget()
            if forgotten:
                _log.info("forgot %d %s", forgotten, what)
        except DatabaseUnavailable:
            _log.warning("%s could not be forgotten; trying again in an hour", what)
        except Exception:  # noqa: BLE001 -- the loop outlives a database that is not migrated yet
            _log.exception("%s could not be forgotten; trying again in an hour", what)
        await asyncio.sleep(PAUSE_SECONDS)
