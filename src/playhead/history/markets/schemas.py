"""Markets on the wire."""

import msgspec

from playhead.history.markets.model import Market
from playhead.web.wire import Instant, Wire, instant


class MarketCoverage(Wire, frozen=True):
    """What the tape holds of a market.

    Attributes:
        recording: Whether it is being recorded now, without a break since the newest snapshot.
        since: Start of the first proven interval.
        until: End of the newest proven interval; it moves while `recording`.
        events: Book changes on the tape.
    """

    recording: bool
    since: Instant | None
    until: Instant | None
    events: int


class MarketView(Wire, frozen=True):
    """A market as its exchange describes it, and what we hold of it."""

    ticker: str
    event_ticker: str | None
    title: str | None
    status: str
    open_at: Instant | None
    close_at: Instant | None
    coverage: MarketCoverage


class MarketPage(Wire, frozen=True, kw_only=True):
    """Markets by ticker. `total` is there when `include=total` asked for it."""

    data: list[MarketView]
    next_cursor: str | None
    has_more: bool
    total: int | msgspec.UnsetType = msgspec.UNSET


def market_view(market: Market) -> MarketView:
    """Return ``market`` as it is sent."""
    coverage = MarketCoverage(
        recording=market.recording,
        since=instant(market.first_received_at),
        until=instant(market.last_received_at),
        events=market.events,
    )
    return MarketView(
        ticker=market.ticker,
        event_ticker=market.event_ticker,
        title=market.title,
        status=market.status.value,
        open_at=instant(market.open_at),
        close_at=instant(market.close_at),
        coverage=coverage,
    )
