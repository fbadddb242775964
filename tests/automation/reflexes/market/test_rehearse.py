"""A rehearsal tells what would have fired, what would not, and where nothing was known."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from playhead.automation.reflexes.market.errors import IntervalInvalid
from playhead.automation.reflexes.market.rehearse import Rehearser
from playhead.automation.reflexes.model import Reflex, Rules
from playhead.automation.reflexes.rehearsing import Rehearsal, Unknown
from playhead.automation.timeline import MarketUnknown
from playhead.base.time import Micros
from playhead.history.capture import Kind, Record
from tests.automation.reflexes.market.stage import Stage, staged
from tests.entrypoints.timeline.taping import at, growing
from tests.history.ingest.frames import delta, mark, snapshot

SECOND = 1_000_000
HIGH = 'book.best_yes_bid >= price("0.60")'
RISES = (2, 4, 6, 20)


def records() -> list[Record]:
    """A bid at 0.60 that comes at some seconds and goes half a second later; then a loss."""
    made = [mark(Kind.OPENED, at=SECOND), snapshot(1, yes={"0.5000": "1.00"}, at=SECOND)]
    seq = 1
    for second in RISES:
        for later, size in ((0, "5.00"), (SECOND // 2, "-5.00")):
            seq += 1
            made.append(delta(seq, price="0.6000", size=size, at=second * SECOND + later))
    made.append(delta(seq + 2, price="0.6000", size="5.00", at=30 * SECOND))
    made.append(snapshot(seq + 3, yes={"0.6000": "1.00"}, at=40 * SECOND))
    made.append(delta(seq + 4, price="0.0100", size="5.00", at=60 * SECOND))
    return made


async def rehearsal(
    stage: Stage, reflex: Reflex, *, since: int = 0, until: int = 50, most: int = 100
) -> Rehearsal:
    rehearser = Rehearser(stage.timeline, lambda: at(100 * SECOND))
    return await rehearser.rehearse(
        reflex, since=at(since * SECOND), until=at(until * SECOND), most=most
    )


def with_rules(reflex: Reflex, rules: Rules) -> Reflex:
    return replace(reflex, chosen=replace(reflex.chosen, rules=rules))


def seconds(told: Rehearsal) -> list[float]:
    return [(each.at - at(0)) / SECOND for each in told.firings]


def test_it_tells_firings_and_where_nothing_was_known(database_url: str, tmp_path: Path) -> None:
    async def scene() -> None:
        async with staged(database_url) as stage:
            with growing(database_url, tmp_path) as tape:
                tape.add(records())
            reflex = await stage.reflex({"markets": ["A"]}, HIGH)
            await over_all(stage, reflex)
            await by_its_rules(stage, reflex)
            await within_bounds(stage, reflex)

    asyncio.run(scene())


async def over_all(stage: Stage, reflex: Reflex) -> None:
    told = await rehearsal(stage, reflex)

    assert seconds(told) == [2, 4, 6, 20, 40]
    assert told.firings[0].facts == {"book.best_yes_bid": 600_000}
    assert told.firings[0].payload["book"] is not None
    first, gap = sorted(told.unknown, key=lambda each: each.since)
    assert first == Unknown("A", at(0), at(SECOND), "before_recording")
    assert (gap.cause, gap.until) == ("gap", at(40 * SECOND))
    assert 20 * SECOND < gap.since - at(0) <= 21 * SECOND

    later = await rehearsal(stage, reflex, since=45, until=70)
    assert (later.firings, later.looked_at) == ([], 3)  # it held already


async def by_its_rules(stage: Stage, reflex: Reflex) -> None:
    throttled = await rehearsal(stage, with_rules(reflex, Rules(throttle=Micros(5 * SECOND))))
    assert seconds(throttled) == [2, 20, 40]
    assert throttled.not_fired == {"throttled": 2}

    debounced = await rehearsal(stage, with_rules(reflex, Rules(debounce=Micros(3 * SECOND))))
    assert seconds(debounced) == [6, 20, 40]
    assert debounced.not_fired == {"debounced": 2}


async def within_bounds(stage: Stage, reflex: Reflex) -> None:
    few = await rehearsal(stage, reflex, most=2)
    assert (seconds(few), few.has_more, few.until) == ([2, 4], True, at(6 * SECOND))

    for since, until in ((5, 5), (0, 1_000), (-40 * 86_400, 5)):
        with pytest.raises(IntervalInvalid):
            await rehearsal(stage, reflex, since=since, until=until)
    nobody = await stage.reflex({"markets": ["NOBODY"]}, HIGH)
    with pytest.raises(MarketUnknown):
        await rehearsal(stage, nobody)
