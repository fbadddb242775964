"""Follows many markets at the head of the tape.

Those that are whole so far are read together, one statement a capture by (market_id, position). One
whose interval ended, that begins, or whose rows were sealed meanwhile is walked by itself.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice

from playhead.automation.timeline import (
    BookChanged,
    BookClosed,
    BookOpened,
    MarketUnknown,
    Moment,
    Place,
)
from playhead.base.time import Micros
from playhead.entrypoints.timeline.asides import Aside
from playhead.entrypoints.timeline.heads import Heads, StreamKey
from playhead.entrypoints.timeline.repository import END, GroupRow, TapeRows
from playhead.entrypoints.timeline.trail import Trail
from playhead.entrypoints.timeline.walk import LATE, STATUSES, TRADES, Walk, asides_of
from playhead.history.tape import EVENTS_A_BLOCK, TapeReader
from playhead.storage.postgres import Database

EVERY = 2
"""Of so many calls one looks whether any market's interval ended or began."""
WALKS = 100
"""So many markets at most are walked in one call: those that are whole must not wait for them."""
NO_HEADS = Heads({}, {}, {})


@dataclass(slots=True)
class _Call:
    """What one call has read."""

    rows: TapeRows
    tape: TapeReader
    heads: Heads
    moments: list[Moment] = field(default_factory=list)


class TapeFeed:
    """Follows markets; not for several tasks at once."""

    def __init__(self, database: Database, *, events_a_block: int = EVENTS_A_BLOCK) -> None:
        self._database = database
        self._block = events_a_block
        self._trails: dict[str, Trail] = {}
        self._by_number: dict[int, Trail] = {}
        self._cursors: dict[int, int] = {}
        self._kinds: frozenset[str] = frozenset()
        self._heads = self._looked = NO_HEADS
        self._calls = 0

    async def follow(self, places: Mapping[str, Place], kinds: Collection[str]) -> None:
        """Follow more markets; one that is followed already from the earlier of two places.

        It is told again how that one stands: whoever follows it from now on has not seen it.
        """
        self._kinds = frozenset(kinds)
        for ticker in places.keys() & self._trails.keys():
            trail = self._trails[ticker]
            if not trail.is_new:
                self._add(Trail.at(trail.market_id, ticker, trail.place))
        wanted = {
            ticker: place
            for ticker, place in places.items()
            if ticker not in self._trails or self._trails[ticker].received_at > place.received_at
        }
        if not wanted:
            return
        async with self._database.reading() as connection:
            numbers = await TapeRows(connection).named(wanted)
        for ticker, place in wanted.items():
            if ticker not in numbers:
                raise MarketUnknown(ticker)
            self._add(Trail.at(numbers[ticker], ticker, place))

    def forget(self, tickers: Collection[str]) -> None:
        """Follow these markets no more."""
        for ticker in tickers:
            trail = self._trails.pop(ticker, None)
            if trail is not None:
                del self._by_number[trail.market_id]

    def places(self, tickers: Collection[str]) -> dict[str, Place]:
        """Return how far these markets have been given; nothing of one that is not followed."""
        found = ((ticker, self._trails.get(ticker)) for ticker in tickers)
        return {
            ticker: trail.place for ticker, trail in found if trail is not None and not trail.is_new
        }

    async def next(self, *, most: int) -> Sequence[Moment]:
        """Return what has happened since the last call: about ``most`` moments, in order."""
        if not self._trails:
            return []
        async with self._database.reading() as connection:
            rows = TapeRows(connection)
            heads = await rows.heads(self._streams())
            if heads == self._looked and not any(each.is_behind for each in self._trails.values()):
                return []
            call = _Call(rows, TapeReader(connection), heads)
            await self._look_around(call)
            await self._read_groups(call, most)
            if STILL & self._kinds:
                await self._read_beside_unknown(call)
            await self._walk(call, most)
        self._heads = heads
        return sorted(call.moments, key=order)

    def _streams(self) -> set[StreamKey]:
        return {each.stream for each in self._trails.values() if each.stream is not None}

    def _add(self, trail: Trail) -> None:
        self._trails[trail.ticker] = self._by_number[trail.market_id] = trail

    # -- intervals ------------------------------------------------------------------------------

    async def _look_around(self, call: _Call) -> None:
        """Look, now and then, which markets go on by another interval."""
        self._calls += 1
        if self._calls % EVERY and call.heads != self._heads:
            return
        self._looked = call.heads
        unknown = {
            trail.market_id: (trail.from_position, trail.received_at)
            for trail in self._trails.values()
            if not (trail.is_open or trail.is_behind)
        }
        if unknown:
            for market_id in await call.rows.reopened(unknown):
                self._by_number[market_id].is_behind = True
        await self._find_ended(call, self._by_number)

    async def _find_ended(self, call: _Call, market_ids: Collection[int]) -> None:
        """Let those of some markets whose interval ended be walked."""
        followed = {
            market_id: trail.from_position
            for market_id in market_ids
            if (trail := self._by_number[market_id]).is_open and trail.from_position is not None
        }
        if followed:
            for market_id in await call.rows.ended(followed):
                self._by_number[market_id].is_behind = True

    # -- many at once ---------------------------------------------------------------------------

    async def _read_groups(self, call: _Call, most: int) -> None:
        groups: dict[int, dict[int, Trail]] = {}
        for trail in self._trails.values():
            if not trail.is_behind and trail.is_open and trail.stream is not None:
                groups.setdefault(trail.stream[0], {})[trail.market_id] = trail
        for capture_id in self._cursors.keys() - groups.keys():
            del self._cursors[capture_id]
        for capture_id, group in groups.items():
            await self._read_group(call, capture_id, group, most)

    async def _read_group(
        self, call: _Call, capture_id: int, group: dict[int, Trail], most: int
    ) -> None:
        after = self._cursors[capture_id]
        upto = call.heads.position(capture_id)
        found = await call.rows.group(list(group), after=after, upto=upto, most=most)
        if not await self._were_rows(call, after, upto):
            for trail in group.values():
                trail.is_behind = True
            return
        is_all = len(found) < most
        self._cursors[capture_id] = upto if is_all else found[-1].position
        moved: dict[int, list[GroupRow]] = {}
        for row in found:
            moved.setdefault(row.market_id, []).append(row)
        await self._find_ended(call, moved)
        beside = await self._beside(call, group) if is_all else {}
        for market_id in moved.keys() | beside.keys():
            trail = group[market_id]
            if not trail.is_behind:
                changes = [_change(trail, row) for row in moved.get(market_id, ())]
                whole = self._whole(call, trail) if is_all else trail.aside_from
                call.moments += trail.weave(changes, beside.get(market_id, ()), whole)

    async def _were_rows(self, call: _Call, after: int, upto: int) -> bool:
        """Whether no block that was read was dropped before: asked after reading."""
        first = (after + 1) // self._block * self._block
        if first == upto // self._block * self._block:
            return True  # a block that is not full is never dropped
        return await call.rows.has_block(first)

    async def _beside(self, call: _Call, group: dict[int, Trail]) -> dict[int, list[Aside]]:
        """Return what happened beside the books of a group, as far as those are whole."""
        wholes = {market_id: self._whole(call, trail) for market_id, trail in group.items()}
        due = {m: trail for m, trail in group.items() if trail.aside_from < wholes[m]}
        if not (due and STILL & self._kinds):
            return {}
        since = min(trail.aside_from for trail in due.values())
        tickers = {market_id: trail.ticker for market_id, trail in due.items()}
        found: dict[int, list[Aside]] = {}
        upto = max(wholes.values())
        for aside in await asides_of(call.rows, tickers, since, upto, self._kinds):
            if aside.received_at < wholes[aside.market_id]:
                found.setdefault(aside.market_id, []).append(aside)
        return {market_id: found.get(market_id, []) for market_id in due}

    def _whole(self, call: _Call, trail: Trail) -> Micros:
        """Return before which instant everything of a market's subscription was read."""
        assert trail.stream is not None
        vouched = call.heads.vouched(*trail.stream)
        return trail.aside_from if vouched is None else vouched

    async def _read_beside_unknown(self, call: _Call) -> None:
        """Give what happened beside books that nobody knows."""
        unknown = {
            trail.market_id: trail
            for trail in self._trails.values()
            if not (trail.is_open or trail.is_behind)
        }
        if not unknown:
            return
        since = min(trail.aside_from for trail in unknown.values())
        tickers = {market_id: trail.ticker for market_id, trail in unknown.items()}
        asides = await asides_of(call.rows, tickers, since, END, self._kinds)
        found: dict[int, list[Aside]] = {market_id: [] for market_id in unknown}
        for aside in asides:
            found[aside.market_id].append(aside)
        clock = call.heads.clock or LATE
        for market_id, each in found.items():
            call.moments += unknown[market_id].weave([], each, Micros(clock - LATE))

    # -- one by one -----------------------------------------------------------------------------

    async def _walk(self, call: _Call, most: int) -> None:
        """Bring those that are behind up to the head, as far as there is room and time."""
        behind = (each for each in self._trails.values() if each.is_behind)
        for trail in list(islice(behind, WALKS)):
            walk = Walk(call.rows, call.tape, trail, call.heads, self._kinds)
            async with aclosing(walk.moments()) as each:
                async for moments in each:
                    call.moments += moments
                    if len(call.moments) >= most:
                        return
            trail.is_behind = False
            if trail.stream is not None:
                head = call.heads.position(trail.stream[0])
                self._cursors.setdefault(trail.stream[0], head)


STILL = frozenset({TRADES, STATUSES})


def _change(trail: Trail, row: GroupRow) -> BookChanged:
    code = row.price * 2 + row.side
    return trail.change(row.position, row.received_at, row.exchange_at, code, row.size)


def order(moment: Moment) -> tuple[Micros, int, int]:
    """Order by receipt; at one instant books come before what happens beside them."""
    if isinstance(moment, BookChanged | BookOpened | BookClosed):
        return moment.received_at, 0, moment.position
    return moment.received_at, 1, 0
