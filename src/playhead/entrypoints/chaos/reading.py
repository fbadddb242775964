"""Reads a whole tape: what it tells of faults, and every book that it serves beside the truth."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from playhead.base.time import Micros
from playhead.entrypoints.chaos.comparing import (
    Comparison,
    Slack,
    compare_by_exchange,
    compare_by_receipt,
)
from playhead.entrypoints.chaos.following import SQL
from playhead.entrypoints.chaos.judging import ClockFault, Interval, Unknown
from playhead.entrypoints.chaos.truth import Course, Truth
from playhead.history.markets.errors import MarketNotFound
from playhead.history.rewind import Clock, Rewind, Run, State
from playhead.storage.postgres import Database

Span = tuple[int, int]
"""From the first instant up to the second, exclusive."""


@dataclass(slots=True)
class Reading:
    """What one tape says, compared with what was true.

    Attributes:
        proven: Microseconds that each capture proves by the exchange's clock, over all markets.
        markets: That are on the tape.
        elapsed: Microseconds between the first and the last proven instant, over all markets.
        unlike_union: Markets of which the merged tape proves more or less, by the exchange's
            clock, than its captures do between them.
    """

    by_exchange: Comparison = field(default_factory=Comparison)
    by_receipt: Comparison = field(default_factory=Comparison)
    intervals: list[Interval] = field(default_factory=list)
    clock_faults: list[ClockFault] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    proven: Counter[int] = field(default_factory=Counter)
    markets: int = 0
    elapsed: int = 0
    unlike_union: list[str] = field(default_factory=list)


async def read_tape(url: str, truth: Truth, until: Micros, slack: Slack) -> Reading:
    """Compare everything that the tape serves up to ``until``, market by market."""
    reading = Reading()
    async with Database.open(url, connections=2) as database:
        await _read_told(database, reading)
        rewind = Rewind(database)
        for ticker, course in truth.courses.items():
            reader = _Reader(database, rewind, ticker, (truth.began_at, until), slack)
            try:
                await reader.read(course, reading)
            except MarketNotFound:
                continue
            reading.markets += 1
    return reading


@dataclass(frozen=True, slots=True)
class _Reader:
    database: Database
    rewind: Rewind
    ticker: str
    span: tuple[Micros, Micros]
    slack: Slack

    async def read(self, course: Course, reading: Reading) -> None:
        by_exchange = await self._runs(Clock.EXCHANGE)
        reading.by_exchange.add(compare_by_exchange(self.ticker, course, by_exchange))
        by_receipt = await self._runs(Clock.RECEIVED)
        reading.by_receipt.add(compare_by_receipt(self.ticker, course, by_receipt, self.slack))
        reading.unknown += _unknown(self.ticker, by_receipt)
        proven = union((run.since, run.until) for run in by_exchange if _is_proven(run))
        if proven:
            reading.elapsed += proven[-1][1] - proven[0][0]
        alone = await self._proven_alone()
        for capture, spans in alone.items():
            reading.proven[capture] += sum(until - since for since, until in spans)
        if proven != union(chain.from_iterable(alone.values())):
            reading.unlike_union.append(self.ticker)

    async def _runs(self, clock: Clock) -> list[Run]:
        since, until = self.span
        runs = self.rewind.runs(self.ticker, since=since, until=until, clock=clock, now=until)
        return [run async for run in runs]

    async def _proven_alone(self) -> dict[int, list[Span]]:
        """Return what each capture proves by itself."""
        since, until = self.span
        spans: dict[int, list[Span]] = {}
        async with self.database.reading() as connection:
            rows = await connection.fetch_all(SQL.proven_by_exchange, ticker=self.ticker)
        for row in rows:
            span = (max(row.exchange_from, since), min(row.exchange_to + 1, until))
            spans.setdefault(row.capture_id, []).append(span)
        return {capture: union(of_capture) for capture, of_capture in spans.items()}


def union(spans: Iterable[Span]) -> list[Span]:
    """Return the instants that any of ``spans`` holds, in order and as few spans as can be."""
    united: list[Span] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if united and since <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], until))
        else:
            united.append((since, until))
    return united


def _is_proven(run: Run) -> bool:
    return run.coverage.state is State.PROVEN


def _unknown(ticker: str, runs: Iterable[Run]) -> Iterator[Unknown]:
    for run in runs:
        if run.coverage.cause is not None:
            yield Unknown(ticker, run.since, run.until, run.coverage.cause)


async def _read_told(database: Database, reading: Reading) -> None:
    async with database.reading() as connection:
        for row in await connection.fetch_all(SQL.intervals):
            reading.intervals.append(
                Interval(
                    row.from_position,
                    row.capture_id,
                    row.connection,
                    row.ticker,
                    row.received_from,
                    row.closed_by,
                    row.detected_at,
                )
            )
        for row in await connection.fetch_all(SQL.clock_faults):
            reading.clock_faults.append(
                ClockFault(
                    row.capture_id, row.connection, row.received_from, row.received_to, row.cause
                )
            )
