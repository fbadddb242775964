"""What nobody asks for and yet has to be done: what has expired is forgotten."""

from collections.abc import Callable

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.storage.expired import forget_expired
from playhead.storage.hourly import every_hour
from playhead.storage.postgres import Database

KEPT = Micros(30 * 24 * 3600 * MICROS_PER_SECOND)


async def forget_expired_again_and_again(database: Database, now: Callable[[], Micros]) -> None:
    """Forget once an hour, until cancelled."""
    await every_hour(
        "sessions, tokens and answers that have expired",
        lambda: forget_expired(database, now=now(), kept=KEPT),
    )
