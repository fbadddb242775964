"""A reflex that comes to markets that others follow already knows how they stand."""

import asyncio
from pathlib import Path

from playhead.automation.reflexes.market.rehearse import Rehearser
from playhead.base.time import Micros
from playhead.history.capture import Kind, Record
from tests.automation.reflexes.market.stage import staged, tape_clock
from tests.automation.reflexes.market.test_watcher import NEAR, until, watching
from tests.entrypoints.timeline.taping import growing
from tests.history.ingest.frames import START, delta, mark, snapshot

CONFIG = {"markets": ["A"], "on": ["book"]}
NEAR_BOOK = {"0.6100": "10.00"}


def test_one_that_is_made_while_its_condition_holds_fires_when_it_comes_to_hold_again(
    database_url: str, tmp_path: Path
) -> None:
    asyncio.run(joins(database_url, tmp_path))


async def joins(url: str, folder: Path) -> None:
    async with staged(url) as stage:
        with growing(url, folder) as tape:

            async def hear(*records: Record) -> None:
                await asyncio.to_thread(tape.add, records)

            await hear(
                mark(Kind.OPENED, at=now()),
                snapshot(1, yes=NEAR_BOOK, no={"0.3800": "7.00"}, at=now()),
            )
            first = await stage.reflex(CONFIG, None, since=tape_clock())
            async with watching(stage):
                await hear(delta(2, price="0.1000", size="1.00", at=now()))
                await until(lambda: stage.events(first))
                since = tape_clock()
                second = await stage.reflex(CONFIG, NEAR, since=since)
                await asyncio.sleep(0.7)  # it is looked for now and then
                await hear(delta(3, price="0.1000", size="1.00", at=now()))
                await hear(delta(4, price="0.6100", size="-10.00", at=now()))
                await hear(delta(5, price="0.6100", size="5.00", at=now()))
                await hear(delta(6, price="0.1000", size="1.00", at=now()))
                await until(lambda: stage.events(second))
            (event,) = await stage.events(second)
        assert event.payload["book"]["yes"][0] == ["0.6100", "5.00"]
        end = Micros(tape_clock() + 1)
        told = await Rehearser(stage.timeline, lambda: end).rehearse(
            second, since=since, until=end, most=10
        )
        assert [each.source_id for each in told.firings] == [event.source_id]


def now() -> int:
    return tape_clock() - START
