"""Trades on the wire, as an answer inside a gap tells them."""

from playhead.history.books import Side
from playhead.history.rewind.texts import price_text, size_text
from playhead.history.tape import Trade, Trades
from playhead.web.wire import Instant, Wire, instant

_SIDES = {None: None, Side.YES: "yes", Side.NO: "no"}


class TradeView(Wire, frozen=True, kw_only=True):
    """A trade as the exchange told it; `taker_side` is what the taker bought, where it is told."""

    trade_id: str
    received_at: Instant | None
    exchange_at: Instant | None
    yes_price: str
    size: str
    taker_side: str | None
    is_block: bool


class TradesView(Wire, frozen=True, kw_only=True):
    """The oldest 100 trades at most, and how many there are in all, by the clock that was asked.

    They are those that the tape holds: where messages were lost, trades may be missing too.
    """

    count: int
    trades: list[TradeView]


def trades_view(trades: Trades | None) -> TradesView | None:
    """Return ``trades`` as they are sent."""
    if trades is None:
        return None
    return TradesView(count=trades.count, trades=[_trade(each) for each in trades.trades])


def _trade(trade: Trade) -> TradeView:
    return TradeView(
        trade_id=trade.trade_id,
        received_at=instant(trade.received_at),
        exchange_at=instant(trade.exchange_at),
        yes_price=price_text(trade.yes_price),
        size=size_text(trade.size),
        taker_side=_SIDES[trade.taker_side],
        is_block=trade.is_block,
    )
