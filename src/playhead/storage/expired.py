"""Forgets sessions, tokens and kept answers that are of no use any more."""

from playhead.base.time import Micros
from playhead.storage.postgres import Database


async def forget_expired(database: Database, *, now: Micros, kept: Micros) -> None:
    """Delete what has expired, over all tenants.

    Args:
        database: Connected as the role that serves requests.
        now: What expires later stays.
        kept: Sessions and their tokens stay that much longer: who brings a used one is recognised.

    Raises:
        DatabaseUnavailable: Nothing was deleted.
    """
    async with database.transaction() as transaction:
        await transaction.fetch_all(
            "SELECT forget_expired(%(now)s, %(kept)s) AS forgotten", now=now, kept=kept
        )
