"""A reflex on a market fires once, in time, on the right book, whoever dies."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from playhead.automation.reflexes.market import watcher
from playhead.automation.reflexes.market.rehearse import Rehearser
from playhead.automation.reflexes.market.watcher import MarketWatcher, Watch
from playhead.automation.reflexes.model import Reflex
from playhead.base.time import Micros
from playhead.history.books import Book, fold
from playhead.history.capture import Kind, Record
from playhead.history.rewind import Clock, Rewind
from playhead.kernel.jobs import SilentBell
from tests.automation.reflexes.market.stage import SINCE, Stage, staged, tape_clock
from tests.entrypoints.timeline.taping import growing, trade
from tests.entrypoints.timeline.test_feed import UNTIL, pieces, tickers
from tests.history.ingest.frames import START, delta, mark, snapshot
from tests.history.rewind.test_simulated import captured

NEAR = 'book.best_yes_bid > price("0.60") && book.spread <= price("0.02")'
OFTEN = "book.yes_depth > previous.yes_depth"


@asynccontextmanager
async def watching(stage: Stage) -> AsyncIterator[None]:
    worker = MarketWatcher(
        stage.database,
        stage.tenants,
        stage.timeline,
        now=tape_clock,
        look_seconds=0.02,
        wait_seconds=0.02,
    )
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], Any], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.02)


def the_end() -> Micros:
    """After all that was recorded."""
    return max(UNTIL, Micros(tape_clock() + 1))


async def rehearsed(stage: Stage, reflex: Reflex) -> list[tuple[str, Any]]:
    """What it would have done over all of the tape."""
    end = the_end()
    rehearser = Rehearser(stage.timeline, lambda: end)
    told = await rehearser.rehearse(reflex, since=SINCE, until=end, most=100_000)
    assert not told.has_more
    return sorted((each.source_id, each.payload) for each in told.firings)


async def noted(stage: Stage, reflex: Reflex) -> list[tuple[str, Any]]:
    return sorted((each.source_id, each.payload) for each in await stage.events(reflex))


def test_it_fires_within_a_second_once_with_the_right_book(
    database_url: str, tmp_path: Path
) -> None:
    asyncio.run(fires_in_time(database_url, tmp_path))


async def fires_in_time(url: str, folder: Path) -> None:
    async with staged(url) as stage:
        with growing(url, folder) as tape:
            book = {"0.5500": "10.00", "0.5000": "5.00"}
            now = tape_clock() - START
            records = [
                mark(Kind.OPENED, at=now),
                snapshot(1, yes=book, no={"0.3700": "7.00"}, at=now),
            ]
            await asyncio.to_thread(tape.add, records)
            reflex = await stage.reflex({"markets": ["A"], "on": ["book"]}, NEAR)
            async with watching(stage), watching(stage):  # two workers: one of them leads
                await asyncio.sleep(0.2)
                now = tape_clock() - START
                moves = [
                    delta(2, price="0.6000", size="4.00", at=now),
                    delta(3, price="0.6100", size="2.00", at=now),
                    delta(4, price="0.6150", size="1.00", at=now),
                ]
                await asyncio.to_thread(tape.add, moves)
                await until(lambda: stage.events(reflex))
            (event,) = await stage.events(reflex)
            later = delta(5, price="0.0100", size="1.00", at=tape_clock() - START)
            await asyncio.to_thread(tape.add, [later])  # an instant is whole once there is another

        assert 0 <= event.received_at - event.at < 1_000_000
        assert event.payload["book"]["yes"][0] == ["0.6100", "2.00"]
        assert event.payload["book"]["spread"] == "0.0200"
        assert event.trace["condition"]["values"]["book.best_yes_bid"] == 610_000
        assert await noted(stage, reflex) == await rehearsed(stage, reflex)
        await assert_right_book(stage, event)


async def assert_right_book(stage: Stage, event: Any) -> None:
    """Hold the book that was told against what history answers."""
    ticker, position = event.payload["ticker"], event.payload["position"]
    runs = Rewind(stage.database).runs(
        ticker, since=SINCE, until=the_end(), clock=Clock.RECEIVED, now=the_end()
    )
    book = Book()
    async for run in runs:
        if run.start is None or run.start.position > position:
            continue
        book = fold(run.start.book, [c.change for c in run.changes if c.position <= position])
    told = event.payload["book"]
    for side, levels in (("yes", book.yes), ("no", book.no)):
        best = sorted(levels.items(), reverse=True)[:5]
        assert [(Decimal(p), Decimal(s)) for p, s in told[side]] == [
            (Decimal(price) / 10**6, Decimal(size) / 100) for price, size in best
        ]


def test_markets_of_a_series_join_when_they_come_up_until_the_reflex_is_inactive(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "RESOLVE", Micros(50_000))
    monkeypatch.setattr(watcher, "RENEW", Micros(20_000))
    asyncio.run(joins(database_url, tmp_path))


async def joins(url: str, folder: Path) -> None:
    async with staged(url) as stage:
        with growing(url, folder) as tape:
            await asyncio.to_thread(tape.add, [mark(Kind.OPENED), snapshot(1, "KX-1")])
            config = {"series": "KX", "on": ["book", "trade"], "mode": "each"}
            reflex = await stage.reflex(config, 'trade.price > price("0.50") && book.known')
            async with watching(stage):
                await asyncio.sleep(0.1)
                late = [
                    snapshot(2, "KX-2", yes={"0.6000": "1.00"}, at=10),
                    snapshot(3, "KY-1", at=11),
                    trade(1, "KX-2", at=20, price="0.6000"),
                    trade(2, "KY-1", at=21, price="0.6000"),
                    delta(4, "KX-1", at=30),
                ]
                await asyncio.to_thread(tape.add, late)
                await until(lambda: stage.events(reflex))
                await stage.set_active(reflex, is_active=False)
                await asyncio.sleep(0.3)
                more = [trade(3, "KX-2", at=40, price="0.6000"), delta(5, "KX-1", at=50)]
                await asyncio.to_thread(tape.add, more)
                await asyncio.sleep(0.3)
            events = await stage.events(reflex)
    assert [each.source_id for each in events] == ["KX-2:trade:t1:1"]
    assert events[0].payload["trade"]["yes_price"] == "0.6000"
    assert events[0].payload["book"]["best_yes_bid"] == "0.6000"


def test_one_that_cannot_be_read_is_not_tried_at_every_look(
    database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watcher, "RENEW", Micros(0))

    async def scene() -> None:
        async with staged(database_url) as stage:
            await stage.reflex({"markets": ["A"]}, "book.nobody_knows > 3")
            watch = Watch(stage.tenants, stage.timeline, tape_clock, SilentBell())
            for _ in range(3):
                await watch.renew()

    asyncio.run(scene())
    assert [each.levelname for each in caplog.records] == ["ERROR"]


@pytest.mark.parametrize("losses", [0, 3])
def test_whoever_dies_nothing_is_lost_and_nothing_comes_twice(
    losses: int, database_url: str, tmp_path: Path
) -> None:
    asyncio.run(dies(database_url, tmp_path, losses))


async def dies(url: str, folder: Path, losses: int) -> None:
    random = Random(losses)
    parts = pieces(list(captured(losses=losses)), random, 12)
    async with staged(url) as stage:
        with growing(url, folder) as tape:
            tape.add(parts[0])
            markets = await tickers(stage.database)
            reflexes = [
                await stage.reflex({"markets": markets, "on": ["book"]}, OFTEN),
                await stage.reflex({"markets": markets[::2], "mode": "each"}, OFTEN),
            ]
            await die_often(stage, tape, parts[1:], random)
            expected = [await rehearsed(stage, reflex) for reflex in reflexes]
            assert [len(each) > 20 for each in expected] == [True, True]
            async with watching(stage):
                for reflex, each in zip(reflexes, expected, strict=True):
                    await until(partial(has_all, stage, reflex, len(each)))
            for reflex, each in zip(reflexes, expected, strict=True):
                assert await noted(stage, reflex) == each
            for event in random.sample(await stage.events(reflexes[0]), 5):
                await assert_right_book(stage, event)


async def die_often(
    stage: Stage, tape: Any, parts: Sequence[Sequence[Record]], random: Random
) -> None:
    """Let the tape grow while one watcher after the other is ended at some await."""
    for number, part in enumerate(parts):
        async with watching(stage):
            growing = asyncio.create_task(asyncio.to_thread(tape.add, part))
            await asyncio.sleep(random.random() * 0.2)
        await growing
        if number % 4 == 3:
            await asyncio.to_thread(tape.seal)


async def has_all(stage: Stage, reflex: Reflex, count: int) -> bool:
    return len(await stage.events(reflex)) >= count
