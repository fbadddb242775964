"""What happens on the tape comes once, in order, and the same live and over the past."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from playhead.automation.timeline import Moment, Place
from playhead.entrypoints.timeline import TapeTimeline
from playhead.history.capture import Record
from playhead.storage.postgres import Database
from tests.entrypoints.timeline.taping import (
    BLOCK,
    at,
    drained,
    growing,
    in_short,
)
from tests.history.rewind.test_simulated import SECONDS, captured
from tests.history.taping import now_micros

KINDS = ("trade", "lifecycle")
SINCE = at(-1_000_000)
UNTIL = at((SECONDS + 5) * 1_000_000)


def pieces(records: Sequence[Record], random: Random, most: int) -> list[Sequence[Record]]:
    """The records, cut at random."""
    cuts = sorted(random.sample(range(1, len(records)), most))
    return [records[a:b] for a, b in zip([0, *cuts], [*cuts, len(records)], strict=True)]


@pytest.mark.parametrize(("losses", "sealing"), [(0, True), (3, False), (3, True)])
def test_the_head_of_the_tape_gives_what_the_past_gives(
    losses: int, sealing: bool, database_url: str, tmp_path: Path
) -> None:
    records = list(captured(losses=losses))
    live, past = asyncio.run(
        live_and_past(database_url, tmp_path, pieces(records, Random(losses), 12), sealing)
    )

    assert len(past) > 3000
    assert by_market(live) == by_market(past)
    closed = [each for each in in_short(past) if each.startswith("closed")]
    assert bool(losses) == ("closed by gap" in closed)


async def live_and_past(
    url: str, folder: Path, parts: list[Sequence[Record]], sealing: bool
) -> tuple[list[Moment], list[Moment]]:
    live: list[Moment] = []
    async with Database.open(url, connections=2) as database:
        timeline = TapeTimeline(database, now_micros, events_a_block=BLOCK)
        feed = timeline.feed()
        with growing(url, folder) as tape:
            tape.add(parts[0])
            await feed.follow(dict.fromkeys(await tickers(database), Place.start(SINCE)), KINDS)
            for number, part in enumerate(parts[1:]):
                tape.add(part)
                if sealing and number % 3 == 0:
                    tape.seal()
                if not sealing or number % 4 == 3:
                    live += await drained(feed, most=500)
            live += await drained(feed, most=500)
        watched = await tickers(database)
        moments = timeline.replay(watched, since=SINCE, until=UNTIL, kinds=KINDS)
        past = [each async for each in moments]
    assert [each.received_at for each in past] == sorted(each.received_at for each in past)
    return live, past


async def tickers(database: Database) -> list[str]:
    async with database.reading() as connection:
        return [row.ticker for row in await connection.fetch_all("SELECT ticker FROM markets")]


def by_market(moments: Sequence[Moment]) -> dict[str, list[Moment]]:
    found: dict[str, list[Moment]] = {}
    for each in moments:
        found.setdefault(each.ticker, []).append(each)
    return found
