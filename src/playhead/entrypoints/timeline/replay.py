"""The past of some markets as one stream of moments, in order of receipt."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import aclosing
from heapq import heappop, heappush

from playhead.automation.timeline import MarketUnknown, Moment, Place
from playhead.base.time import Micros
from playhead.entrypoints.timeline.feed import order
from playhead.entrypoints.timeline.repository import TapeRows
from playhead.entrypoints.timeline.trail import Trail
from playhead.entrypoints.timeline.walk import Walk
from playhead.history.tape import TapeReader
from playhead.storage.postgres import Database, Transaction


async def replay(
    database: Database,
    tickers: Collection[str],
    *,
    since: Micros,
    until: Micros,
    kinds: Collection[str],
) -> AsyncGenerator[Moment, None]:
    """Give the moments of `[since, until)`; what stood before comes first.

    Raises:
        MarketUnknown: One of the markets was never recorded.
    """
    async with database.reading() as connection:
        walks = await _walks(connection, tickers, since, until, kinds)
        async with aclosing(_merged(walks)) as merged:
            async for moment in merged:
                yield moment


async def _walks(
    connection: Transaction,
    tickers: Collection[str],
    since: Micros,
    until: Micros,
    kinds: Collection[str],
) -> list[Walk]:
    rows, tape = TapeRows(connection), TapeReader(connection)
    numbers = await rows.named(tickers)
    heads = await rows.heads()
    walks = []
    for ticker in sorted(set(tickers)):
        if ticker not in numbers:
            raise MarketUnknown(ticker)
        trail = Trail.at(numbers[ticker], ticker, Place.start(since))
        walks.append(Walk(rows, tape, trail, heads, kinds, until))
    return walks


async def _merged(walks: Sequence[Walk]) -> AsyncGenerator[Moment, None]:
    """Give the moments of all, the oldest first; of each as many are held as it gives at once."""
    sources = [walk.moments() for walk in walks]
    waiting: list[list[Moment]] = [[] for _ in walks]
    heap: list[tuple[tuple[Micros, int, int], int]] = []
    for number, source in enumerate(sources):
        await _refill(heap, waiting[number], source, number)
    while heap:
        _, number = heappop(heap)
        yield waiting[number].pop()
        await _refill(heap, waiting[number], sources[number], number)


async def _refill(
    heap: list[tuple[tuple[Micros, int, int], int]],
    waiting: list[Moment],
    source: AsyncIterator[list[Moment]],
    number: int,
) -> None:
    while not waiting:
        found = await anext(source, None)
        if found is None:
            return
        waiting.extend(reversed(found))
    heappush(heap, (order(waiting[-1]), number))
