"""Instants to ask for, and how long the answers take in process."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any, LiteralString, NamedTuple, TypeVar

import psycopg
import uvloop

from benchmarks.stats import Latencies, latencies, nanos_of_each
from playhead.base.time import Micros
from playhead.history.rewind import BookAnswer, Clock, Rewind

WARM_UP = 200
_SEALED = """
    SELECT m.ticker, m.market_id, g.received_first, g.received_last, g.events
      FROM segments g JOIN markets m USING (market_id)
     WHERE g.digest IS NOT NULL AND (%(market_id)s::int IS NULL OR g.market_id = %(market_id)s)
     ORDER BY g.first_position"""
_RECENT = """
    SELECT m.ticker, m.market_id, e.received_at
      FROM markets m JOIN events e USING (market_id)
     WHERE m.market_id = %(market_id)s
       AND e.position > (SELECT max(last_position) FROM segments
                          WHERE market_id = m.market_id AND digest IS NOT NULL)
     ORDER BY e.position"""
Result = TypeVar("Result")


class Instant(NamedTuple):
    """A question: the book of a market at an instant of our clock."""

    ticker: str
    market_id: int
    at: Micros


Ask = Callable[[Instant], Awaitable[object]]


class Questions(NamedTuple):
    """A way to ask, and the instants that are asked for."""

    ask: Ask
    instants: Sequence[Instant]


def sealed_instants(
    url: str, count: int, *, market_id: int | None = None, seed: int = 1
) -> list[Instant]:
    """Return random instants of the sealed history: every event is as likely to be near one."""
    runs = _rows(url, _SEALED, market_id)
    dice = Random(seed)
    chosen = dice.choices(runs, weights=[run[4] for run in runs], k=count)
    return [
        Instant(ticker, number, Micros(dice.randint(first, last)))
        for ticker, number, first, last, _ in chosen
    ]


def recent_instants(url: str, count: int, *, market_id: int, seed: int = 1) -> list[Instant]:
    """Return instants of a market's events that no segment holds yet, in random order."""
    rows = _rows(url, _RECENT, market_id)
    chosen = Random(seed).choices(rows, k=count)
    return [Instant(ticker, number, Micros(at)) for ticker, number, at in chosen]


def _rows(url: str, query: LiteralString, market_id: int | None) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, {"market_id": market_id}).fetchall()


def run(work: Awaitable[Result]) -> Result:
    """Run ``work`` in the event loop that the API uses."""

    async def main() -> Result:
        return await work

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


async def book(rewind: Rewind, instant: Instant) -> BookAnswer:
    """Return the answer of the library."""
    return await rewind.book(instant.ticker, at=instant.at, clock=Clock.RECEIVED, now=instant.at)


def asker(rewind: Rewind) -> Ask:
    """Return a function that asks the library and insists on a proven book."""

    async def ask(instant: Instant) -> None:
        answer = await book(rewind, instant)
        assert answer.found is not None, f"{instant} is {answer.coverage.cause}"

    return ask


async def in_turns(questions: Sequence[Questions], repeats: int) -> list[Latencies]:
    """Return how long each kind of question takes, once warm.

    They take turns, so that whatever else the machine does meets all of them.
    """
    for each in questions:
        await nanos_of_each(each.ask, each.instants[:WARM_UP])
    runs: list[list[list[int]]] = [[] for _ in questions]
    for _ in range(repeats):
        for each, taken in zip(questions, runs, strict=True):
            gc.collect()
            taken.append(await nanos_of_each(each.ask, each.instants))
    return [latencies(taken) for taken in runs]
