"""What the exchange says about a market, from REST answers and from lifecycle messages."""

from dataclasses import dataclass, fields, replace
from http import HTTPStatus

import msgspec

from playhead.base.time import Micros
from playhead.history.books import Price
from playhead.history.kalshi import (
    LifecycleEvent,
    MarketLifecycle,
    Unreadable,
    decode_answer,
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

    def updated_by(self, later: "Facts") -> "Facts":
        """Return these facts with everything that ``later`` says."""
        said = {f.name: getattr(later, f.name) for f in fields(later)}
        return replace(self, **{name: value for name, value in said.items() if value is not None})


def facts_of_lifecycle(message: MarketLifecycle) -> Facts:
    """Return what a lifecycle message tells."""
    return Facts(
        ticker=message.market_ticker,
        event_ticker=message.event_ticker,
        title=message.title,
        status=_STATUS_AFTER.get(message.event),
        open_at=message.open_at,
        close_at=message.close_at,
        price_level_structure=message.price_level_structure,
        price_ranges=message.price_ranges or None,
        result=message.result,
    )


def facts_of_rest(payload: bytes) -> list[Facts]:
    """Return what a recorded REST answer tells of markets; nothing if it is about other things."""
    try:
        answer = decode_answer(payload)
        body = msgspec.json.decode(answer.body)
        if not isinstance(body, dict) or answer.status != HTTPStatus.OK:
            return []
        described = [*body.get("markets", []), *([body["market"]] if "market" in body else [])]
        return [_facts_of_market(market) for market in described]
    except (Unreadable, msgspec.DecodeError):
        return []  # kept in the capture as it came; it describes nothing that we can read


def _facts_of_market(body: dict[str, object]) -> Facts:
    market = parse_market(body)
    known = market.status in set(MarketStatus)
    return Facts(
        ticker=market.ticker,
        event_ticker=market.event_ticker,
        title=market.title,
        status=MarketStatus(market.status) if known else None,
        open_at=market.open_at,
        close_at=market.close_at,
        price_level_structure=market.price_level_structure,
        price_ranges=market.price_ranges or None,
        result=market.result or None,
    )
