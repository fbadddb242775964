"""Market records of the REST API as exact values."""

from dataclasses import dataclass
from typing import Any

import msgspec

from playhead.base.errors import Invalid
from playhead.base.time import Micros, parse_instant
from playhead.history.books import Price
from playhead.history.kalshi.errors import Unreadable
from playhead.history.kalshi.generations import price_from
from playhead.history.kalshi.market_frames import is_combo, read_ranges
from playhead.history.kalshi.wire import PriceRange


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """What the exchange says about one market.

    Attributes:
        status: The exchange's word: ``initialized``, ``active``, ``closed``, ``finalized``...
        result: ``yes``, ``no``, ``scalar``; None while there is none.
        settlement_value: What one YES contract paid.
        price_ranges: (start, end, step) of each band, in micro-dollars.
        exchange_index: The matching engine that the market lives on.
    """

    ticker: str
    event_ticker: str | None
    title: str | None
    status: str
    open_at: Micros | None
    close_at: Micros | None
    created_at: Micros | None
    result: str | None
    settlement_value: Price | None
    price_level_structure: str | None
    price_ranges: tuple[tuple[Price, Price, Price], ...]
    exchange_index: int | None
    is_combo: bool
    is_provisional: bool


class _Record(msgspec.Struct, gc=False):
    ticker: str
    status: str
    event_ticker: str | None = None
    title: str | None = None
    open_time: str | None = None
    close_time: str | None = None
    created_time: str | None = None
    result: str | None = None
    settlement_value_dollars: str | None = None
    settlement_value: int | None = None
    price_level_structure: str | None = None
    price_ranges: list[PriceRange] | None = None
    exchange_index: int | None = None
    mve_collection_ticker: str | None = None
    is_provisional: bool | None = None


def parse_market(body: dict[str, Any]) -> MarketFacts:
    """Return the facts of one decoded market record, of any year.

    Raises:
        Unreadable: The ticker or the status is missing, or a number or time is inexact.
    """
    try:
        return _facts(msgspec.convert(body, _Record))
    except (msgspec.ValidationError, Invalid) as error:
        raise Unreadable(f"a market record cannot be read: {error}") from error


def _facts(record: _Record) -> MarketFacts:
    return MarketFacts(
        ticker=record.ticker,
        event_ticker=record.event_ticker,
        title=record.title,
        status=record.status,
        open_at=_instant(record.open_time),
        close_at=_instant(record.close_time),
        created_at=_instant(record.created_time),
        result=record.result or None,
        settlement_value=price_from(
            record.settlement_value_dollars or None, record.settlement_value
        ),
        price_level_structure=record.price_level_structure,
        price_ranges=read_ranges(record.price_ranges),
        exchange_index=record.exchange_index,
        is_combo=bool(record.mve_collection_ticker) or is_combo(record.ticker),
        is_provisional=bool(record.is_provisional),
    )


def _instant(text: str | None) -> Micros | None:
    return parse_instant(text) if text else None
