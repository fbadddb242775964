"""What is about to be added to the tape: positions, intervals, changes. Pure and deterministic.

It knows markets, not connections: which message means what is decided in ``core``.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from playhead.base.time import Micros
from playhead.history.books import Side
from playhead.history.ingest.batch import (
    Batch,
    Ending,
    Incident,
    Opened,
    Progress,
    StatusRow,
    TradeRow,
)
from playhead.history.ingest.facts import Facts
from playhead.history.ingest.grid import DOLLAR, Grids, Range
from playhead.history.ingest.live import EVENTS_A_KEYFRAME, Live
from playhead.history.ingest.stream import Stream
from playhead.history.kalshi import Trade
from playhead.history.tape import EVENTS_A_BLOCK

POSITION_BITS = 36
_MOST_SIZE = 1 << 61


class BookSource(Protocol):
    """Where a market's levels come from after a restart."""

    def levels_at_head(self, market_id: int, from_position: int) -> dict[int, int]:
        """Return the level codes and sizes after the newest event on the tape."""


class MarketIds(Protocol):
    """The numbers of markets, shared by every capture of one tape."""

    def number(self, ticker: str) -> tuple[int, bool]:
        """Return the market's number, and whether it was given just now."""


class Draft:
    """The next batch of one capture, and the markets that are known at its end.

    Every applied change and every snapshot that opens an interval takes the next position.
    """

    def __init__(
        self,
        capture_id: int,
        books: BookSource,
        market_ids: MarketIds,
        *,
        events_a_block: int = EVENTS_A_BLOCK,
    ) -> None:
        self.capture_id = capture_id
        self.last_position = capture_id << POSITION_BITS
        self.incidents = self.audits = 0
        """How many there have been."""
        self.owners: dict[str, Live] = {}
        self.wounds: dict[str, int] = {}
        """Markets without a book, and the incident that took it."""
        self.ended: set[str] = set()
        """Markets that are determined and have a book yet: nobody will miss it."""
        self.grids = Grids()
        self.batch = Batch()
        self._books = books
        self._market_ids = market_ids
        self._events_a_block = events_a_block

    def take(self, progress: Progress) -> Batch:
        """Return the batch, marked with ``progress``, and begin the next one."""
        batch, self.batch = self.batch, Batch()
        batch.progress = progress
        return batch

    def apply(
        self,
        live: Live,
        code: int,
        change: int,
        received_at: Micros | None,
        exchange_at: Micros | None,
    ) -> bool:
        """Add a change to a known book; False, and nothing added, if no level can be so.

        None falls below 0, and none holds more than an integer of 64 bits with room for sums.
        """
        levels = live.levels
        if levels is None:
            levels = self._recall(live)
        size = levels.get(code, 0) + change
        if not 0 <= size < _MOST_SIZE:
            return False
        position = self._next_position()
        if live.since_keyframe >= EVENTS_A_KEYFRAME or live.is_between_runs:
            self.batch.keyframes.append(live.keyframe(position))
        if size:
            levels[code] = size
            price, side, top = code >> 1, code & 1, live.top
            if price > top[side]:
                top[side] = price
            if price + top[1 - side] >= DOLLAR:
                live.may_cross = True
        else:
            levels.pop(code, None)
        live.move_clocks(received_at, exchange_at)
        self.batch.events.append(position, live.market_id, received_at, exchange_at, code, change)
        if live.watch is not None:
            live.watch.changes.append((position, code, change))
        if live.count(position):
            live.plan(self.batch)
        return True

    def open(
        self,
        ticker: str,
        stream: Stream,
        levels: dict[int, int],
        received_at: Micros | None,
        exchange_at: Micros | None,
        *,
        opened_by: str,
        offset: int,
    ) -> Live:
        """Begin a proven interval with the levels of a snapshot, which is at ``offset``."""
        position = self._next_position()
        key = (stream.connection, stream.sid)
        live = Live(ticker, self._market_id(ticker), position, key, levels)
        live.move_clocks(received_at, exchange_at)
        live.agree(received_at)
        live.grid = self.grids.grid(ticker)
        self.owners[ticker] = live
        self.batch.opened.append(
            Opened(
                market_id=live.market_id,
                from_position=position,
                connection=stream.connection,
                sid=stream.sid,
                opened_by=opened_by,
                offset=offset,
                levels=dict(levels),
                received_from=received_at,
                exchange_from=exchange_at,
            )
        )
        self.mend(ticker, received_at)
        return live

    def close(self, live: Live, received_to: Micros | None, ending: Ending) -> None:
        """End a proven interval at the last instants (inclusive) that are known to be whole."""
        live.close(self.batch, received_to, ending)
        self._let_go(live, ending)

    def withdraw(self, live: Live, received_to: Micros | None, ending: Ending) -> None:
        """End a proven interval before the exchange last agreed with it, or at ``received_to``."""
        live.withdraw(self.batch, received_to, ending)
        self._let_go(live, ending)

    def next_incident(
        self,
        stream: Stream,
        cause: str,
        received_to: Micros | None,
        at: Micros | None,
        markets: int,
    ) -> int:
        """Note what has ended the knowledge of so many markets; return its number."""
        self.incidents += 1
        number = (self.capture_id << POSITION_BITS) + self.incidents
        self.batch.incidents.append(
            Incident(number, stream.connection, stream.sid, cause, received_to, at, markets)
        )
        return number

    def next_audit(self) -> int:
        """Return the number of the next comparison."""
        self.audits += 1
        return (self.capture_id << POSITION_BITS) + self.audits

    def mend(self, ticker: str, at: Micros | None) -> None:
        """Note that a market has a book again, or needs none any more."""
        incident = self.wounds.pop(ticker, None)
        if incident is None:
            return
        self.batch.wounds[self._market_id(ticker)] = None
        count, latest = self.batch.healed.get(incident, (0, None))
        known = [instant for instant in (latest, at) if instant is not None]
        self.batch.healed[incident] = (count + 1, max(known, default=None))

    def levels(self, live: Live) -> dict[int, int]:
        """Return a book as it stands."""
        return live.levels if live.levels is not None else self._recall(live)

    def agrees(self, live: Live, levels: dict[int, int]) -> bool:
        """Tell whether a snapshot says what the book already is."""
        return self.levels(live) == levels

    def verify(self, live: Live, at: Micros | None, exchange_at: Micros | None = None) -> None:
        """Note that what the exchange said of the book as of these times agreed with it."""
        live.agree(at, exchange_at)
        self.batch.verified[live.market_id, live.from_position] = live.verified

    def tell_exchange_from(self, live: Live, at: Micros) -> None:
        """Note from when on, by the exchange's clock, an interval holds, if it is still open.

        Not after changes of no known time: nobody could say which of them came by that instant.
        """
        is_untouched = live.last_position == live.from_position
        if live.exchange_at is None and is_untouched and self.owners.get(live.ticker) is live:
            live.begin_exchange_clock(at)
            self.batch.exchange_from[live.market_id, live.from_position] = at

    def learn(self, facts: Iterable[Facts], at: Micros | None) -> None:
        """Note what was said about markets; what was said last wins."""
        for said in facts:
            known = self.batch.facts.get(said.ticker)
            self.batch.facts[said.ticker] = said if known is None else known.updated_by(said)
            told = self.batch.told.setdefault(said.ticker, {})
            told.update(dict.fromkeys(said.said(), at or Micros(0)))
            self._market_id(said.ticker)
            if said.price_ranges:
                self.allow(said.ticker, said.price_ranges)
            if said.has_ended:
                self.ended.update({said.ticker}.intersection(self.owners))
                self.mend(said.ticker, at)
            elif said.status is not None:
                self.ended.discard(said.ticker)

    def happened(self, facts: Sequence[Facts], at: Micros | None) -> None:
        """Note what an event in the life of markets says; a change of status is kept as such."""
        self.learn(facts, at)
        for said in facts:
            if said.status is not None and at is not None:
                row = StatusRow(self._market_id(said.ticker), at, said.status.value)
                self.batch.statuses[row] = None

    def allow(self, ticker: str, ranges: Iterable[Range]) -> None:
        """Let a market have these prices too."""
        allowed = self.grids.learn(ticker, ranges)
        if allowed is not None:
            self.batch.grids[self._market_id(ticker)] = allowed
            if ticker in self.owners:
                self.owners[ticker].grid = self.grids.grid(ticker)

    def trade(self, said: Trade, received_at: Micros | None, exchange_at: Micros | None) -> None:
        """Note a trade; the same one told again is one."""
        number = self._market_id(said.market_ticker)
        row = TradeRow(
            market_id=number,
            trade_id=said.trade_id,
            exchange_at=exchange_at,
            received_at=received_at,
            yes_price=said.yes_price,
            size=said.count,
            taker_side=None if said.taker_side is None else int(Side(said.taker_side)),
            is_block=said.is_block_trade,
        )
        self.batch.trades.setdefault((number, said.trade_id), row)

    def _let_go(self, live: Live, ending: Ending) -> None:
        if self.owners.get(live.ticker) is live:
            del self.owners[live.ticker]
        if ending.incident_id is not None:
            self.wounds[live.ticker] = ending.incident_id
            self.batch.wounds[live.market_id] = ending.incident_id
            if live.ticker in self.ended:
                self.mend(live.ticker, ending.detected_at)
        self.ended.discard(live.ticker)

    def _recall(self, live: Live) -> dict[int, int]:
        live.levels = self._books.levels_at_head(live.market_id, live.from_position)
        return live.levels

    def _market_id(self, ticker: str) -> int:
        number, is_new = self._market_ids.number(ticker)
        if is_new:
            self.batch.new_markets[ticker] = number
        return number

    def _next_position(self) -> int:
        self.last_position += 1
        if self.last_position % self._events_a_block == 0:
            for live in self.owners.values():
                live.plan(self.batch)
        return self.last_position
