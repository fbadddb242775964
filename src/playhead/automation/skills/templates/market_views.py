"""Books, trades and candles as templates see them: prices in dollars, sizes in contracts."""

from playhead.automation.skills.templates.values import Exact
from playhead.automation.timeline import BookNow, Candle, Level, TradeNow
from playhead.base.exact import format_scaled
from playhead.base.time import Micros, format_instant

View = dict[str, object]


def book_view(book: BookNow, depth: int) -> View:
    """Return a book with ``depth`` levels a side at most, or why it is not known."""
    mid = book.mid_halves
    return {
        "ticker": book.ticker,
        "known": book.known,
        "cause": book.cause,
        "position": book.position,
        "received_at": _instant(book.received_at),
        "exchange_at": _instant(book.exchange_at),
        "best_yes_bid": _price(book.best_yes_bid),
        "best_yes_ask": _price(book.best_yes_ask),
        "best_no_bid": _price(book.best_no_bid),
        "best_no_ask": _price(book.best_no_ask),
        "spread": _price(book.spread),
        "mid": None if mid is None else Exact(format_scaled(mid * 5, 7, 4)),
        "yes": _levels(book.yes, depth) if book.known else None,
        "no": _levels(book.no, depth) if book.known else None,
    }


def market_unknown(ticker: str) -> View:
    """Return the book of a market that was never recorded: unknown, and that is why."""
    unknown = BookNow(
        ticker,
        known=False,
        cause="market_not_recorded",
        position=None,
        received_at=None,
        exchange_at=None,
    )
    return book_view(unknown, 1)


def trade_view(trade: TradeNow) -> View:
    """Return a trade."""
    return {
        "trade_id": trade.trade_id,
        "ticker": trade.ticker,
        "received_at": _instant(trade.received_at),
        "exchange_at": _instant(trade.exchange_at),
        "yes_price": _price(trade.yes_price),
        "size": _size(trade.size),
        "taker_side": trade.taker_side,
        "is_block": trade.is_block,
    }


def candle_view(candle: Candle) -> View:
    """Return a candle."""
    return {
        "since": _instant(candle.since),
        "until": _instant(candle.until),
        "open": _price(candle.open),
        "high": _price(candle.high),
        "low": _price(candle.low),
        "close": _price(candle.close),
        "volume": _size(candle.volume),
        "count": candle.count,
    }


def _levels(levels: tuple[Level, ...], depth: int) -> list[View]:
    return [{"price": _price(price), "size": _size(size)} for price, size in levels[:depth]]


def _price(micro_dollars: int | None) -> Exact | None:
    return None if micro_dollars is None else Exact(format_scaled(micro_dollars, 6, 4))


def _size(hundredths: int) -> Exact:
    return Exact(format_scaled(hundredths, 2, 2))


def _instant(at: Micros | None) -> str | None:
    return None if at is None else format_instant(at)
