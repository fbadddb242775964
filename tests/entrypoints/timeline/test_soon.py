"""The book of this very moment, which is proven a moment later."""

import asyncio
from pathlib import Path

from playhead.entrypoints.timeline import TapeTimeline
from playhead.history.capture import Kind
from playhead.storage.postgres import Database
from playhead.storage.roles import service_url
from tests.entrypoints.timeline.taping import at, growing
from tests.history.ingest.frames import delta, mark, snapshot

MARKET = "KXNBA-1-A"


def test_a_template_that_asks_for_the_book_of_its_event_waits_until_that_is_proven(
    database_url: str, tmp_path: Path
) -> None:
    with growing(database_url, tmp_path) as grown:
        grown.add([mark(Kind.OPENED), snapshot(1, MARKET), delta(2, MARKET, price="0.6000", at=5)])

        async def asked() -> tuple[bool, bool]:
            async with Database.open(service_url(database_url, None)) as database:
                timeline = TapeTimeline(database, lambda: at(6))
                alone = await timeline.book(MARKET, at(5))
                waiting = asyncio.create_task(timeline.book(MARKET, at(5)))
                await asyncio.to_thread(grown.add, [delta(3, MARKET, price="0.6100", at=9)])
                return alone.known, (await waiting).known

        assert asyncio.run(asked()) == (False, True)
