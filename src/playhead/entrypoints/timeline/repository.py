"""What the timeline reads of the tape, by statements of its own: each is a snapshot by itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from playhead.automation.timeline import Candle, CandleInterval, MarketNow, Selector, TradeNow
from playhead.base.time import Micros
from playhead.entrypoints.timeline.asides import Aside
from playhead.entrypoints.timeline.heads import Heads, StreamKey
from playhead.history.tape import Interval, interval_of
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction

SQL = load_sql(__package__)
END = Micros(1 << 62)
NONE = -1
"""No capture, no position."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A change of one of many markets."""

    position: int
    market_id: int
    received_at: Micros | None
    exchange_at: Micros | None
    size: int
    price: int
    side: int


class TapeRows:
    """Reads within one lent connection."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def named(self, tickers: Collection[str]) -> dict[str, int]:
        """Return our numbers of the markets of these tickers that there are."""
        rows = await self._transaction.fetch_all(SQL.markets_named, tickers=list(tickers))
        return {row.ticker: row.market_id for row in rows}

    async def resolve(self, selector: Selector, *, only_live: bool, most: int) -> list[MarketNow]:
        """Return the markets that are meant."""
        rows = await self._transaction.fetch_all(
            SQL.resolve,
            tickers=list(selector.tickers),
            event_ticker=selector.event_ticker or "",
            series=selector.series or "\x7f",
            only_live=only_live,
            most=most,
        )
        return [_market(row) for row in rows]

    async def trades(self, market_id: int, ticker: str, until: Micros, most: int) -> list[TradeNow]:
        """Return the newest trades, oldest first."""
        rows = await self._transaction.fetch_all(
            SQL.trades_until, market_id=market_id, until=until, most=most
        )
        return [_trade(ticker, row) for row in reversed(rows)]

    async def candles(
        self, market_id: int, until: Micros, interval: CandleInterval, most: int
    ) -> list[Candle]:
        """Return the candles of the last ``most`` stretches."""
        length = interval.micros
        rows = await self._transaction.fetch_all(
            SQL.candles,
            market_id=market_id,
            length=length,
            since=(until // length - most + 1) * length,
            until=until,
        )
        return [_candle(row, length) for row in rows]

    async def heads(self, streams: Collection[StreamKey] | None = None) -> Heads:
        """Return how far the captures are, and ``streams`` (None: all of those that go on)."""
        if streams is None:
            return _heads(await self._transaction.fetch_all(SQL.heads))
        keys = list(streams)
        rows = await self._transaction.fetch_all(
            SQL.heads_followed,
            capture_ids=[capture_id for capture_id, _, _ in keys],
            connections=[connection for _, connection, _ in keys],
            sids=[sid for _, _, sid in keys],
        )
        return _heads(rows)

    async def next_interval(
        self, market_id: int, *, since: Micros, until: Micros, followed: int | None
    ) -> Interval | None:
        """Return what goes on telling a market after ``since``; ``followed`` has told it so far."""
        row = await self._transaction.fetch_optional(
            SQL.next_interval,
            market_id=market_id,
            since=since,
            until=until,
            capture_id=_capture(followed),
            followed=NONE if followed is None else followed,
        )
        return None if row is None else interval_of(row)

    async def last_interval(self, market_id: int, at: Micros) -> Interval | None:
        """Return the interval by which the market was known last before ``at``."""
        row = await self._transaction.fetch_optional(SQL.last_interval, market_id=market_id, at=at)
        return None if row is None else interval_of(row)

    async def interval(self, market_id: int, from_position: int) -> Interval | None:
        """Return an interval as it is now."""
        row = await self._transaction.fetch_optional(
            SQL.interval, market_id=market_id, from_position=from_position
        )
        return None if row is None else interval_of(row)

    async def group(
        self, market_ids: Sequence[int], *, after: int, upto: int, most: int
    ) -> list[GroupRow]:
        """Return events of markets of one capture, in order."""
        rows = await self._transaction.fetch_all(
            SQL.rows_of_group, market_ids=market_ids, after=after, upto=upto, most=most
        )
        return [GroupRow(*row) for row in rows]

    async def has_block(self, first: int) -> bool:
        """Return whether the recent events from ``first`` on are still rows."""
        row = await self._transaction.fetch_optional(SQL.block_is_there, first=first)
        return row is not None

    async def ended(self, followed: Mapping[int, int]) -> set[int]:
        """Return the markets whose interval (position of opening by market) has ended."""
        rows = await self._transaction.fetch_all(
            SQL.ended, market_ids=list(followed), from_positions=list(followed.values())
        )
        return {row.market_id for row in rows}

    async def reopened(self, followed: Mapping[int, tuple[int | None, Micros]]) -> set[int]:
        """Return which markets without a book may go on; by what they were told, and since when."""
        told = [from_position for from_position, _ in followed.values()]
        rows = await self._transaction.fetch_all(
            SQL.reopened,
            market_ids=list(followed),
            capture_ids=[_capture(each) for each in told],
            followed=[NONE if each is None else each for each in told],
            since=[since for _, since in followed.values()],
        )
        return {row.market_id for row in rows}

    async def trades_after(
        self, tickers: Mapping[int, str], since: Micros, until: Micros, most: int
    ) -> list[Aside]:
        """Return trades of `[since, until)`, the oldest ones if there are more than ``most``."""
        rows = await self._transaction.fetch_all(
            SQL.trades_after, market_ids=list(tickers), since=since, until=until, most=most
        )
        return [Aside.of_trade(row.market_id, _trade(tickers[row.market_id], row)) for row in rows]

    async def statuses_after(
        self, tickers: Mapping[int, str], since: Micros, until: Micros, most: int
    ) -> list[Aside]:
        """Return what was said of status in `[since, until)`."""
        rows = await self._transaction.fetch_all(
            SQL.statuses_after, market_ids=list(tickers), since=since, until=until, most=most
        )
        return [
            Aside.of_status(row.market_id, tickers[row.market_id], row.received_at, row.status)
            for row in rows
        ]

    async def status_before(self, market_id: int, before: Micros) -> str:
        """Return the status just before an instant, as far as it is told."""
        row = await self._transaction.fetch_optional(
            SQL.status_before, market_id=market_id, before=before
        )
        return "unknown" if row is None or row.status is None else str(row.status)

    async def gaps(self, told: Mapping[str, int], most: int) -> list[Row]:
        """Return what went wrong after what was told of each capture."""
        return await self._transaction.fetch_all(
            SQL.gaps_after, told=msgspec.json.encode(told).decode(), most=most
        )

    async def last_gaps(self) -> dict[str, int]:
        """Return the newest of each capture."""
        rows = await self._transaction.fetch_all(SQL.last_gaps)
        return {
            str(row.capture_id): row.capture_id << 36
            if row.incident_id is None
            else row.incident_id
            for row in rows
        }


def _heads(rows: Sequence[Row]) -> Heads:
    return Heads(
        {row.capture_id: row.last_position for row in rows},
        {row.capture_id: row.ingested_to for row in rows},
        {
            (row.capture_id, row.connection, row.sid): row.received_to
            for row in rows
            if row.received_to is not None
        },
    )


def _capture(position: int | None) -> int:
    return NONE if position is None else position >> 36


def _market(row: Row) -> MarketNow:
    return MarketNow(row.ticker, row.event_ticker, row.status)


def _trade(ticker: str, row: Row) -> TradeNow:
    side = row.taker_side
    return TradeNow(
        trade_id=row.trade_id,
        ticker=ticker,
        received_at=row.received_at,
        exchange_at=row.exchange_at,
        yes_price=row.yes_price,
        size=row.size,
        taker_side=None if side is None else "no" if side else "yes",
        is_block=row.is_block,
    )


def _candle(row: Row, length: Micros) -> Candle:
    return Candle(
        since=row.since,
        until=Micros(row.since + length),
        open=row.open,
        high=row.high,
        low=row.low,
        close=row.close,
        volume=row.volume,
        count=row.count,
    )
