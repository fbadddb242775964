"""What has expired is forgotten again and again, whatever happens to the database."""

import asyncio

import pytest

from playhead.base.time import Micros
from playhead.entrypoints.kernel.upkeep import forget_expired_again_and_again
from playhead.storage import hourly
from playhead.storage.postgres import Database
from tests.kernel.stage import NOW


def test_upkeep_outlives_a_database_that_is_not_migrated_yet(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hourly, "PAUSE_SECONDS", 0.01)
    url = empty_postgres_url.replace("/playhead?", "/postgres?")
    asked: list[Micros] = []

    def now() -> Micros:
        asked.append(NOW)
        return NOW

    async def keep() -> None:
        async with Database.open(url, connections=1) as database:
            task = asyncio.create_task(forget_expired_again_and_again(database, now))
            while len(asked) < 3 and not task.done():
                await asyncio.sleep(0.01)
            assert not task.done()
            task.cancel()

    asyncio.run(keep())
