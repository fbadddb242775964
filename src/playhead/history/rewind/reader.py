"""The book at an instant, or what is not known about it; the changes of an interval."""

from collections.abc import AsyncIterator

from playhead.base.time import Micros
from playhead.history.books import Change, Price, Side, Size
from playhead.history.markets import Markets
from playhead.history.rewind.errors import InstantInFuture
from playhead.history.rewind.model import (
    BookAnswer,
    BookAt,
    ChangeAt,
    Clock,
    Coverage,
    Run,
    State,
)
from playhead.history.tape import (
    NO_EVENTS,
    NO_TIME,
    BookPoint,
    Columns,
    Interval,
    TapeReader,
    book_of,
    joined,
    opening_point,
    point_after_all,
    running_times,
)
from playhead.storage.postgres import Database, Transaction

_AFTER = 1  # the first microsecond past an inclusive bound


class Rewind:
    """Answers questions about the past of one market from the tape."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._market_ids: dict[str, int] = {}

    async def book(
        self, ticker: str, *, at: Micros | None, clock: Clock, now: Micros
    ) -> BookAnswer:
        """Return the book as it stood at ``at`` (inclusive), or the newest proven one.

        Raises:
            MarketNotFound: The market was never recorded.
            InstantInFuture: ``at`` is later than ``now``.
        """
        if at is not None and at > now:
            raise InstantInFuture(at=at, now=now)
        async with self._database.reading() as connection:
            market_id = await self._market_id(connection, ticker)
            past = _Past(TapeReader(connection), market_id, clock)
            asked = at if at is not None else await past.newest() or now
            while True:
                found = await past.point(asked)
                if found is not None:
                    interval, point = found
                    coverage = _proven(interval, clock)
                    return BookAnswer(ticker, asked, clock, coverage, _book_at(point))
                around = await past.around(asked)
                if around is not None:
                    return await past.unknown(ticker, asked, *around)

    async def runs(
        self, ticker: str, *, since: Micros, until: Micros, clock: Clock, now: Micros
    ) -> AsyncIterator[Run]:
        """Give the stretches of [since, until), proven and unknown, in order, without a hole.

        A long proven stretch comes in pieces of one segment each, which fit together.

        Raises:
            MarketNotFound: The market was never recorded.
            InstantInFuture: ``since`` is later than ``now``.
        """
        if since > now:
            raise InstantInFuture(at=since, now=now)
        async with self._database.reading() as connection:
            market_id = await self._market_id(connection, ticker)
            past = _Past(TapeReader(connection), market_id, clock)
            reached, before = since, None
            intervals = await past.intervals(since, until)
            for interval in intervals:
                start, end = past.bounds(interval)
                if end < reached:
                    continue
                if start > reached:
                    yield await past.absent(reached, start, before, interval)
                    reached = start
                stop = min(Micros(end + _AFTER), until)
                async for run in past.data(interval, reached, stop):
                    yield run
                reached, before = stop, interval
            if reached < until:
                yield await past.absent(reached, until, before, None)

    async def _market_id(self, connection: Transaction, ticker: str) -> int:
        found = self._market_ids.get(ticker)
        if found is None:
            found = await Markets.number(connection, ticker)
            self._market_ids[ticker] = found
        return found


class _Past:
    """One market's past by one clock, within one lent connection."""

    def __init__(self, tape: TapeReader, market_id: int, clock: Clock) -> None:
        self._tape = tape
        self._market_id = market_id
        self._clock = clock
        self._by_exchange = clock is Clock.EXCHANGE

    async def newest(self) -> Micros | None:
        return await self._tape.newest(self._market_id, by_exchange=self._by_exchange)

    async def point(self, at: Micros) -> tuple[Interval, BookPoint] | None:
        return await self._tape.point(self._market_id, at, by_exchange=self._by_exchange)

    async def intervals(self, since: Micros, until: Micros) -> list[Interval]:
        return await self._tape.intervals(
            self._market_id, since, until, by_exchange=self._by_exchange
        )

    def bounds(self, interval: Interval) -> tuple[Micros, Micros]:
        """Return the first and the last proven instant; the clock knows this interval."""
        start, end = interval.bounds(by_exchange=self._by_exchange)
        assert start is not None
        assert end is not None
        return start, end

    async def around(self, at: Micros) -> tuple[Interval | None, Interval | None] | None:
        """Return the intervals before and after ``at``; None: it is known by now."""
        before, after = await self._tape.around(self._market_id, at, by_exchange=self._by_exchange)
        if before is not None and self.bounds(before)[1] >= at:
            return None
        return before, after

    async def unknown(
        self, ticker: str, at: Micros, before: Interval | None, after: Interval | None
    ) -> BookAnswer:
        """Return the answer for an instant that no interval holds, with what is known around."""
        last = None
        if before is not None:
            last = await self._tape.point(
                self._market_id,
                self.bounds(before)[1],
                by_exchange=self._by_exchange,
                from_position=before.from_position,
            )
        return BookAnswer(
            ticker,
            at,
            self._clock,
            self._unknown(before, after),
            None,
            last_known=None if last is None else _book_at(last[1]),
            next_known=None if after is None else _book_at(opening_point(after)),
        )

    async def absent(
        self, since: Micros, until: Micros, before: Interval | None, after: Interval | None
    ) -> Run:
        """Return an unknown run and its cause; intervals that are not given are looked up."""
        if before is None or after is None:
            asked = await self._tape.around(self._market_id, since, by_exchange=self._by_exchange)
            before, after = before or asked[0], after or asked[1]
        return Run(self._unknown(before, after), since, until, None, ())

    async def data(self, interval: Interval, since: Micros, until: Micros) -> AsyncIterator[Run]:
        """Give the changes of [since, until), which the interval proves, in pieces.

        Events at one instant stay together: the last instant of what was read is held back until
        the events after it are seen.
        """
        coverage = _proven(interval, self._clock)
        point = await self._point_before(interval, since)
        held, position = NO_EVENTS, point.position
        while True:
            columns = await self._tape.run_after(interval, position)
            held = joined(held, columns)
            times = running_times(held, point, by_exchange=self._by_exchange)
            if not len(columns) or times[-1] >= until:
                kept = held.cut(0, int(times.searchsorted(until)))
                yield Run(coverage, since, until, _book_at(point), _changes(kept))
                return
            position = int(columns.position[-1])
            whole = int(times.searchsorted(times[-1]))
            if whole:
                end = Micros(int(times[-1]))
                kept = held.cut(0, whole)
                yield Run(coverage, since, end, _book_at(point), _changes(kept))
                point, since, held = point_after_all(point, kept), end, held.cut(whole, len(held))

    async def _point_before(self, interval: Interval, since: Micros) -> BookPoint:
        """Return the newest book of the interval from before ``since``."""
        if self.bounds(interval)[0] >= since:
            return opening_point(interval)
        found = await self._tape.point(
            self._market_id,
            Micros(since - 1),
            by_exchange=self._by_exchange,
            from_position=interval.from_position,
        )
        assert found is not None
        return found[1]

    def _unknown(self, before: Interval | None, after: Interval | None) -> Coverage:
        until = None if after is None else self.bounds(after)[0]
        if before is None:
            return Coverage(State.UNKNOWN, "before_recording", None, until)
        since = Micros(self.bounds(before)[1] + _AFTER)
        cause = before.closed_by or "not_yet_recorded"
        return Coverage(State.UNKNOWN, cause, since, until, recorder=before.recorder)


def _proven(interval: Interval, clock: Clock) -> Coverage:
    start, end = interval.bounds(by_exchange=clock is Clock.EXCHANGE)
    is_open = interval.to_position is None
    return Coverage(
        State.PROVEN,
        None,
        start,
        None if is_open or end is None else Micros(end + _AFTER),
        verified_at=interval.verified_at,
        recorder=interval.recorder,
    )


def _book_at(point: BookPoint) -> BookAt:
    return BookAt(point.position, point.received_at, point.exchange_at, book_of(point.levels))


def _changes(columns: Columns) -> tuple[ChangeAt, ...]:
    rows = zip(
        columns.position.tolist(),
        columns.received_at.tolist(),
        columns.exchange_at.tolist(),
        columns.level.tolist(),
        columns.change.tolist(),
        strict=True,
    )
    return tuple(
        ChangeAt(position, _time(received), _time(exchange), _change(level, size))
        for position, received, exchange, level, size in rows
    )


def _change(level: int, size: int) -> Change:
    return Change(Side(level & 1), Price(level >> 1), Size(size))


def _time(value: int) -> Micros | None:
    return None if value == NO_TIME else Micros(value)
