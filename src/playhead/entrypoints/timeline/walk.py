"""Follows one market from where it stands to the head of the tape, sealed or not.

Of several recorders one is followed, until its interval ends; then the lowest capture that knows
the market there. What that one tells again, by the exchange's clock, is part of the book that it
opens with, and no news.
"""

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Sequence,
)
from dataclasses import dataclass, field

from playhead.automation.timeline import Moment, StatusChanged
from playhead.base.time import Micros
from playhead.entrypoints.timeline.asides import Aside
from playhead.entrypoints.timeline.heads import Heads
from playhead.entrypoints.timeline.repository import END, TapeRows
from playhead.entrypoints.timeline.trail import Trail
from playhead.history.tape import (
    NO_TIME,
    BookPoint,
    Columns,
    Interval,
    TapeReader,
    opening_point,
    point_after_all,
)

MOST_ASIDES = 10_000
LATE = 5_000_000
"""Microseconds by which a trade may come on to the tape after others, where no book is known."""
ONCE = Micros(0)
"""When a status began that was there before: nobody asks."""
TRADES, STATUSES = "trade", "lifecycle"


@dataclass(frozen=True, slots=True)
class Walk:
    """Reads one market within one lent connection.

    Attributes:
        heads: No event after these is given.
        until: Nothing received then or later is given.
        kinds: Which asides are given.
    """

    rows: TapeRows
    tape: TapeReader
    trail: Trail
    heads: Heads
    kinds: Collection[str]
    until: Micros = END
    last: list[Interval] = field(default_factory=list)
    """The interval that was read last."""

    async def moments(self) -> AsyncGenerator[list[Moment], None]:
        """Give what follows, some at a time; the trail moves on with each."""
        if self.trail.is_new:
            before = await self._before()
            self.trail.is_new = False
            yield before
        while True:
            if not self.trail.is_open:
                opened = await self._open()
                yield opened
                if not self.trail.is_open:
                    return
            async for moments in self._interval(await self._followed()):
                yield moments
            if self.trail.is_open:
                return

    # -- what stands before ---------------------------------------------------------------------

    async def _before(self) -> list[Moment]:
        trail = self.trail
        is_first = trail.from_position is None
        since = Micros(trail.received_at + is_first)
        status = await self.rows.status_before(trail.market_id, since)
        told = StatusChanged(trail.ticker, ONCE, None, status)
        return [told, *await (self._first(trail.received_at) if is_first else self._again())]

    async def _first(self, before: Micros) -> list[Moment]:
        """Give the book just before the beginning, or the last one that was known."""
        trail, rows = self.trail, self.rows
        since = Micros(before + 1)
        found = await rows.next_interval(trail.market_id, since=before, until=since, followed=None)
        if found is not None and found.from_position <= self.heads.position(found.capture_id):
            point = await self._point(found, before)
            at = before if point.received_at is None else min(before, point.received_at)
            self.last[:] = [found]
            return [trail.follow(found, point, at)]
        found = await rows.last_interval(trail.market_id, since)
        if found is None or found.received_to is None or found.to_position is None:
            return []
        point = await self._point(found, found.received_to)
        at = found.received_to if point.received_at is None else point.received_at
        opened = trail.follow(found, point, at)
        closed = trail.close(found.to_position, found.received_to, found.closed_by)
        return [opened, closed]

    async def _again(self) -> list[Moment]:
        """Give the book as it stood when the market was followed last."""
        trail = self.trail
        position = trail.position
        if not trail.is_open or trail.from_position is None or position is None:
            return []
        found = await self.rows.interval(trail.market_id, trail.from_position)
        if found is None:  # the tape was made anew, and says something else
            trail.is_open = False
            return []
        point = await self._point(found, Micros(trail.received_at - 1))
        while point.position < position:
            columns = await self.tape.run_after(found, point.position)
            known = columns.cut(0, int(columns.position.searchsorted(position, side="right")))
            if not len(known):
                break
            point = point_after_all(point, known)
        self.last[:] = [found]
        return [trail.follow(found, point, trail.received_at)]

    # -- between intervals ----------------------------------------------------------------------

    async def _open(self) -> list[Moment]:
        """Go on with the next interval; what happened beside until then comes first."""
        trail = self.trail
        former = trail.from_position
        found = await self.rows.next_interval(
            trail.market_id, since=trail.received_at, until=self.until, followed=former
        )
        if found is None or found.from_position > self.heads.position(found.capture_id):
            return await self._woven([], self.until)
        began = found.received_from
        assert began is not None
        at = max(began, trail.received_at)
        moments = await self._woven([], at)
        self.last[:] = [found]
        is_same = former is not None and former >> 36 == found.capture_id
        if began > trail.received_at or is_same:
            return [*moments, trail.follow(found, opening_point(found), at)]
        point = await self._news_after(found, await self._point(found, at))
        return [*moments, trail.follow(found, point, at)]

    async def _news_after(self, interval: Interval, point: BookPoint) -> BookPoint:
        """Return the book after all that another recorder has told already."""
        told = self.trail.exchange_at
        while told is not None:
            columns = await self._run(interval, point.position)
            news = (columns.exchange_at > told) | (columns.exchange_at == NO_TIME)
            old = int(news.argmax()) if news.any() else len(columns)
            if not old:
                break
            point = point_after_all(point, columns.cut(0, old))
            if old < len(columns):
                break
        return point

    # -- an interval ----------------------------------------------------------------------------

    async def _followed(self) -> Interval | None:
        """Return the interval that is followed; the same is not read twice."""
        trail, last = self.trail, self.last
        assert trail.from_position is not None
        if last and last[-1].from_position == trail.from_position:
            return last[-1]
        return await self.rows.interval(trail.market_id, trail.from_position)

    async def _interval(self, interval: Interval | None) -> AsyncIterator[list[Moment]]:
        """Give the rest of the interval that is followed; if it ended, that too."""
        trail = self.trail
        if interval is None:
            trail.close(trail.position or 0, None, None)
            return
        trail.stream = (interval.capture_id, interval.connection, interval.sid)
        while True:
            assert trail.position is not None
            columns = await self._run(interval, trail.position)
            if not len(columns):
                break
            asides_from = trail.received_at
            changes = trail.changes(columns)
            kept = [each for each in changes if each.received_at < self.until]
            yield await self._woven(kept, kept[-1].received_at if kept else asides_from)
            if len(kept) < len(changes):
                yield await self._woven([], self.until)
                return
        yield await self._end(interval)

    async def _end(self, interval: Interval) -> list[Moment]:
        trail, to = self.trail, interval.to_position
        if to is None or not self.heads.is_past(interval):
            vouched = self.heads.vouched(interval.capture_id, interval.connection, interval.sid)
            return await self._woven([], trail.aside_from if vouched is None else vouched)
        ended = interval.received_to
        upto = trail.received_at if ended is None else max(ended, trail.received_at)
        if upto >= self.until:
            return await self._woven([], self.until)
        moments = await self._woven([], Micros(upto + 1))
        return [*moments, trail.close(to, ended, interval.closed_by)]

    async def _run(self, interval: Interval, after: int) -> Columns:
        columns = await self.tape.run_after(interval, after)
        head = self.heads.position(interval.capture_id)
        return columns.cut(0, int(columns.position.searchsorted(head, side="right")))

    async def _point(self, interval: Interval, at: Micros) -> BookPoint:
        """Return the book of an interval at ``at``, or the one that it opened with."""
        if interval.received_from is None or interval.received_from > at:
            return opening_point(interval)
        point = await self.tape.point_in(interval, at, by_exchange=False)
        return opening_point(interval) if point is None else point

    # -- beside ---------------------------------------------------------------------------------

    async def _woven(self, events: Sequence[Moment], upto: Micros) -> list[Moment]:
        """Return ``events`` and what happened beside, received before ``upto``, in order."""
        trail = self.trail
        end = min(upto, self.until)
        tickers = {trail.market_id: trail.ticker}
        asides = await asides_of(self.rows, tickers, trail.aside_from, end, self.kinds)
        return trail.weave(events, asides, self._settled(end))

    def _settled(self, end: Micros) -> Micros:
        """Return before which instant nothing beside the book is still to come."""
        clock = self.heads.clock
        return end if end < END else Micros(0 if clock is None else clock - LATE)


Reading = Callable[[dict[int, str], Micros, Micros, int], Awaitable[list[Aside]]]


async def asides_of(
    rows: TapeRows, tickers: dict[int, str], since: Micros, until: Micros, kinds: Collection[str]
) -> list[Aside]:
    """Return what happened beside the books of some markets in `[since, until)`, in order."""
    found: list[Aside] = []
    if since < until and tickers:
        if TRADES in kinds:
            found += await _all(rows.trades_after, tickers, since, until)
        if STATUSES in kinds:
            found += await _all(rows.statuses_after, tickers, since, until)
    return sorted(found, key=lambda each: (each.received_at, each.key))


async def _all(
    read: Reading, tickers: dict[int, str], since: Micros, until: Micros
) -> Iterable[Aside]:
    """Read page after page; a page begins at the last instant of the one before."""
    found: dict[tuple[int, Micros, str], Aside] = {}
    while True:
        page = await read(tickers, since, until, MOST_ASIDES)
        found.update({(each.market_id, each.received_at, each.key): each for each in page})
        if len(page) < MOST_ASIDES or page[-1].received_at == since:
            return found.values()
        since = page[-1].received_at
