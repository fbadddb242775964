"""What a skill is told of a moment: JSON that people can read. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from playhead.automation.reflexes.market.fold import MarketFold
from playhead.automation.timeline import Level, Moment, StatusChanged, Traded
from playhead.base.exact import format_scaled
from playhead.base.time import Micros, format_instant

LEVELS: Final = 5
"""As many of the best levels of each side are told."""

_PRICES: Final = (
    "best_yes_bid",
    "best_yes_ask",
    "best_no_bid",
    "best_no_ask",
    "spread",
    "mid",
)


def price_text(price: int | None) -> str | None:
    """Return micro-dollars as dollars, as the exchange writes them."""
    return None if price is None else format_scaled(price, 6, 4)


def size_text(size: int) -> str:
    """Return 0.01 contract as contracts."""
    return format_scaled(size, 2, 2)


def payload_of(market: MarketFold, moment: Moment, kind: str) -> dict[str, object]:
    """Return what happened, and the book right after it.

    ``book.position`` and its times are those of the last event in the book.
    """
    payload: dict[str, object] = {
        "type": f"market.{kind}",
        "ticker": moment.ticker,
        "event_ticker": market.event_ticker,
        "status": market.status,
        "received_at": format_instant(Micros(moment.received_at)),
        "exchange_at": _instant(getattr(moment, "exchange_at", None)),
        "book": _book(market),
    }
    if isinstance(moment, Traded):
        payload["trade"] = _trade(moment)
    elif isinstance(moment, StatusChanged):
        payload["previous_status"] = market.previous_status
    else:
        payload["position"] = moment.position
    return payload


def _book(market: MarketFold) -> Mapping[str, object]:
    top = market.top
    yes, no = market.levels(LEVELS)
    return {
        "known": top.known,
        "position": market.position if top.known else None,
        "received_at": _instant(market.received_at) if top.known else None,
        "exchange_at": _instant(market.exchange_at) if top.known else None,
        **{name: price_text(getattr(top, name)) for name in _PRICES},
        "yes": _levels(yes),
        "no": _levels(no),
    }


def _levels(levels: Sequence[Level]) -> list[list[str | None]]:
    return [[price_text(price), size_text(size)] for price, size in levels]


def _trade(trade: Traded) -> dict[str, object]:
    return {
        "trade_id": trade.trade_id,
        "yes_price": price_text(trade.yes_price),
        "size": size_text(trade.size),
        "taker_side": trade.taker_side,
        "is_block": trade.is_block,
    }


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(Micros(at))
