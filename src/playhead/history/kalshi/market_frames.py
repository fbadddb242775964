"""Trades, tickers, lifecycles and events: frames of every generation to values."""

from playhead.base.time import Micros
from playhead.history.books import Price
from playhead.history.kalshi import wire
from playhead.history.kalshi.book_frames import SIDES
from playhead.history.kalshi.errors import Unreadable
from playhead.history.kalshi.generations import instant_from, price_from, size_from
from playhead.history.kalshi.messages import (
    EventLifecycle,
    LifecycleEvent,
    MarketLifecycle,
    Ticker,
    Trade,
)
from playhead.history.kalshi.numbers import PRICES, micros_of_seconds

COMBO_PREFIX = "KXMVE"
_EVENTS = {str(event): event for event in LifecycleEvent}


def read_trade(frame: wire.TradeFrame, _use_yes_price: bool) -> Trade:
    """Return the match.

    Raises:
        Invalid: A price or the count is missing or inexact.
    """
    body = frame.msg
    yes = price_from(body.yes_price_dollars, body.yes_price)
    no = price_from(body.no_price_dollars, body.no_price)
    count = size_from(body.count_fp, body.count)
    if yes is None or no is None or count is None:
        raise Unreadable("a trade without both prices and a count")
    return Trade(
        sid=frame.sid,
        seq=frame.seq,
        id=frame.id,
        sent_at=sent_at(frame),
        trade_id=body.trade_id,
        market_ticker=body.market_ticker,
        yes_price=yes,
        no_price=no,
        count=count,
        taker_side=SIDES.get(body.taker_outcome_side or body.taker_side or ""),
        is_block_trade=bool(body.is_block_trade),
        exchange_at=instant_from(body.ts, body.ts_ms),
    )


def read_ticker(frame: wire.TickerFrame, _use_yes_price: bool) -> Ticker:
    """Return the top of the book and the totals.

    Raises:
        Invalid: A number is inexact.
    """
    body = frame.msg
    return Ticker(
        sid=frame.sid,
        seq=frame.seq,
        id=frame.id,
        sent_at=sent_at(frame),
        market_ticker=body.market_ticker,
        last_price=price_from(body.price_dollars, body.price),
        yes_bid=price_from(body.yes_bid_dollars, body.yes_bid),
        yes_ask=price_from(body.yes_ask_dollars, body.yes_ask),
        volume=size_from(body.volume_fp, body.volume),
        open_interest=size_from(body.open_interest_fp, body.open_interest),
        exchange_at=instant_from(body.time or body.ts, body.ts_ms),
    )


def read_lifecycle(
    frame: wire.LifecycleFrame | wire.ComboLifecycleFrame, _use_yes_price: bool
) -> MarketLifecycle:
    """Return what happened to the market. A time of 0 means that none is set.

    Raises:
        Invalid: A number or a time is inexact.
    """
    body = frame.msg
    about = body.additional_metadata or wire.Metadata()
    return MarketLifecycle(
        sid=frame.sid,
        seq=frame.seq,
        id=frame.id,
        sent_at=sent_at(frame),
        market_ticker=body.market_ticker,
        event=_EVENTS.get(body.event_type, LifecycleEvent.OTHER),
        event_ticker=about.event_ticker,
        title=about.title,
        open_at=_set_time(body.open_ts),
        close_at=_set_time(body.close_ts),
        determined_at=_set_time(body.determination_ts),
        settled_at=_set_time(body.settled_ts),
        result=body.result,
        settlement_value=price_from(body.settlement_value, None),
        price_level_structure=body.price_level_structure,
        price_ranges=read_ranges(body.price_ranges),
        is_combo=isinstance(frame, wire.ComboLifecycleFrame) or is_combo(body.market_ticker),
    )


def read_event(frame: wire.EventFrame, _use_yes_price: bool) -> EventLifecycle:
    """Return the event that was created."""
    body = frame.msg
    return EventLifecycle(
        sid=frame.sid,
        seq=frame.seq,
        id=frame.id,
        sent_at=sent_at(frame),
        event_ticker=body.event_ticker,
        series_ticker=body.series_ticker,
        title=body.title,
    )


def read_ranges(ranges: list[wire.PriceRange] | None) -> tuple[tuple[Price, Price, Price], ...]:
    """Return (start, end, step) of each band, in micro-dollars.

    Raises:
        Invalid: A bound or a step is inexact.
    """
    return tuple((PRICES[band.start], PRICES[band.end], PRICES[band.step]) for band in ranges or ())


def is_combo(market_ticker: str) -> bool:
    """Whether the ticker names a combination of markets, made on demand by a user."""
    return market_ticker.startswith(COMBO_PREFIX)


def sent_at(frame: wire.Envelope) -> Micros | None:
    """Return when the exchange queued the frame to the network, where it says so."""
    millis = frame.sending_ts_ms
    return None if millis is None else Micros(millis * 1000)


def _set_time(seconds: int | None) -> Micros | None:
    return micros_of_seconds(seconds) if seconds else None
