"""What the exchange says about a market, from REST answers and from lifecycle messages."""

from dataclasses import dataclass, fields, replace
from http import HTTPStatus
from typing import Any

from playhead.base.time import Micros
from playhead.history.books import Price
from playhead.history.ingest.notes import is_name, name_or_none, plain
from playhead.history.ingest.rest import body_of
from playhead.history.kalshi import (
    Answer,
    LifecycleEvent,
    MarketLifecycle,
    Unreadable,
    parse_market,
)
from playhead.history.markets import MarketStatus

_STATUS_AFTER = {
    LifecycleEvent.CREATED: MarketStatus.INITIALIZED,
    LifecycleEvent.ACTIVATED: MarketStatus.ACTIVE,
    LifecycleEvent.DEACTIVATED: MarketStatus.INACTIVE,
    LifecycleEvent.DETERMINED: MarketStatus.DETERMINED,
    LifecycleEvent.SETTLED: MarketStatus.FINALIZED,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What one message or answer tells of a market; None: nothing said."""

    ticker: str
    event_ticker: str | None = None
    title: str | None = None
    status: MarketStatus | None = None
    open_at: Micros | None = None
    close_at: Micros | None = None
    price_level_structure: str | None = None
    price_ranges: tuple[tuple[Price, Price, Price], ...] | None = None
    result: str | None = None
    exchange_index: int | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nobody will record the market any more."""
        return self.status in (MarketStatus.DETERMINED, MarketStatus.FINALIZED)

    def updated_by(self, later: "Facts") -> "Facts":
        """Return these facts with everything that ``later`` says."""
        return replace(self, **later.said())

    def said(self) -> dict[str, Any]:
        """Return what is said, by name; the ticker among it."""
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in told.items() if value is not None}


def facts_of_lifecycle(message: MarketLifecycle) -> list[Facts]:
    """Return what a lifecycle message tells; nothing of a market that cannot be named."""
    if not is_name(message.market_ticker):
        return []
    return [
        Facts(
            ticker=message.market_ticker,
            event_ticker=name_or_none(message.event_ticker),
            title=plain(message.title),
            status=_STATUS_AFTER.get(message.event),
            open_at=message.open_at,
            close_at=message.close_at,
            price_level_structure=plain(message.price_level_structure),
            price_ranges=message.price_ranges or None,
            result=plain(message.result),
        )
    ]


def facts_of_rest(answer: Answer) -> list[Facts]:
    """Return what a recorded REST answer tells of markets; nothing if it is about other things."""
    described = _described(body_of(answer)) if answer.status == HTTPStatus.OK else []
    return [facts for body in described for facts in _facts_of_market(body)]


def _described(body: dict[str, object]) -> list[object]:
    listed = body.get("markets")
    return [*(listed if isinstance(listed, list) else []), body.get("market")]


def _facts_of_market(body: object) -> list[Facts]:
    try:
        market = parse_market(body) if isinstance(body, dict) else None
    except Unreadable:
        return []  # one record that we cannot read says nothing about its neighbours
    if market is None or not is_name(market.ticker):
        return []
    known = market.status in set(MarketStatus)
    return [
        Facts(
            ticker=market.ticker,
            event_ticker=name_or_none(market.event_ticker),
            title=plain(market.title),
            status=MarketStatus(market.status) if known else None,
            open_at=market.open_at,
            close_at=market.close_at,
            price_level_structure=plain(market.price_level_structure),
            price_ranges=market.price_ranges or None,
            result=plain(market.result or None),
            exchange_index=_shard(market.exchange_index),
        )
    ]


def _shard(index: int | None) -> int | None:
    return index if index is not None and 0 <= index < 2**15 else None
