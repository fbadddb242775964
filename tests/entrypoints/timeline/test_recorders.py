"""Several recorders of one market are one stream; what one tells again is no news."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playhead.automation.timeline import BookChanged, BookOpened, Feed, Moment, Place
from playhead.entrypoints.timeline import TapeTimeline
from playhead.history.capture import Kind, Record
from playhead.storage.postgres import Database
from tests.entrypoints.timeline.taping import (
    BLOCK,
    Growing,
    at,
    drained,
    growing,
    in_short,
    lifecycle,
    trade,
)
from tests.history.ingest.frames import delta, mark, snapshot
from tests.history.taping import now_micros

KINDS = ("trade", "lifecycle")
MILLI = 1000


@asynccontextmanager
async def followed(url: str, folder: Path) -> AsyncIterator[tuple[TapeTimeline, Growing]]:
    async with Database.open(url, connections=2) as database:
        with growing(url, folder) as tape:
            yield TapeTimeline(database, now_micros, events_a_block=BLOCK), tape


async def follow(timeline: TapeTimeline) -> Feed:
    feed = timeline.feed()
    await feed.follow({"A": Place.start(at(-1))}, KINDS)
    return feed


async def past(timeline: TapeTimeline) -> list[Moment]:
    moments = timeline.replay(["A"], since=at(-1), until=at(10_000_000), kinds=KINDS)
    return [each async for each in moments]


def heard(late: int, *, since: int = 0, upto: int = 10, connection: int = 1) -> list[Record]:
    """What a recorder hears of one bid that grows by a contract each 10 ms, ``late`` after it."""
    began = since * 10 * MILLI + late
    book = {"0.4200": f"{since + 1}.00"}
    records = [
        mark(Kind.OPENED, at=began, connection=connection),
        snapshot(1, yes=book, at=began, connection=connection),
    ]
    for number in range(since + 1, upto + 1):
        happened = number * 10
        records.append(
            delta(
                number - since + 1,
                size="1.00",
                at=happened * MILLI + late,
                exchange_ms=happened,
                connection=connection,
            )
        )
    return records


def sizes(moments: list[Moment]) -> list[int]:
    """The size of the bid after each moment of the book."""
    size, found = 0, []
    for each in moments:
        if isinstance(each, BookOpened):
            size = dict(each.yes)[420_000]
        elif isinstance(each, BookChanged):
            size += each.delta
        else:
            continue
        found.append(size // 100)
    return found


def test_another_recorder_goes_on_where_one_ends_and_tells_nothing_twice(
    database_url: str, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with followed(database_url, tmp_path) as (timeline, tape):
            tape.add(heard(100, upto=4), "first")
            tape.add(heard(3_000, upto=5), "second")
            feed = await follow(timeline)
            live = await drained(feed)
            closed = mark(Kind.CLOSED, at=60 * MILLI, cause="disconnect")
            tape.add([closed], "first")
            live += await drained(feed)
            more = [
                delta(
                    number + 1, size="1.00", at=number * 10 * MILLI + 3_000, exchange_ms=number * 10
                )
                for number in range(6, 9)
            ]
            tape.add(more, "second")
            live += await drained(feed)

            assert sizes(live) == [1, 2, 3, 4, 5, 5, 6, 7, 8, 9]  # opened with all that was told
            assert in_short(live).count("opened") == 2
            assert await past(timeline) == live

    asyncio.run(scene())


def test_of_two_that_know_the_market_one_is_told(database_url: str, tmp_path: Path) -> None:
    async def scene() -> None:
        async with followed(database_url, tmp_path) as (timeline, tape):
            feed: Feed | None = None
            live: list[Moment] = []
            for upto in (3, 6, 10):
                since = {3: 0, 6: 4, 10: 7}[upto]
                first, second = heard(100, upto=upto), heard(3_000, upto=upto)
                start = 0 if since == 0 else since + 1
                tape.add(first[start:], "first")
                tape.add(second[start:], "second")
                feed = feed or await follow(timeline)
                live += await drained(feed)

            assert sizes(live) == list(range(1, 12))
            assert {each.position >> 36 for each in live if isinstance(each, BookChanged)} == {1}
            assert await past(timeline) == live

    asyncio.run(scene())


def test_trades_and_changes_of_status_come_in_the_order_of_receipt(
    database_url: str, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with followed(database_url, tmp_path) as (timeline, tape):
            records = heard(0, upto=3)
            records[3:3] = [trade(1, at=10 * MILLI), lifecycle("deactivated", at=15 * MILLI)]
            records += [trade(2, at=31 * MILLI), lifecycle("activated", at=32 * MILLI)]
            tape.add([records[0], lifecycle("activated", at=0), *records[1:4]])
            feed = await follow(timeline)
            live = await drained(feed)
            tape.add(records[4:])
            live += await drained(feed)
            tape.add([delta(5, size="1.00", at=40 * MILLI, exchange_ms=40)])
            live += await drained(feed)
            tape.add(
                [trade(3, at=50 * MILLI), mark(Kind.CLOSED, at=60 * MILLI, cause="disconnect")]
            )
            live += await drained(feed)

            assert in_short(live) == [
                "StatusChanged",
                "opened",
                "StatusChanged",
                "BookChanged",
                "Traded",
                "StatusChanged",
                "BookChanged",
                "BookChanged",
                "Traded",
                "StatusChanged",
                "BookChanged",
                "closed by disconnect",
                "Traded",
            ]
            assert await past(timeline) == live

    asyncio.run(scene())
