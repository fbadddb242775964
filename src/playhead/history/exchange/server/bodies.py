"""The ``msg`` part of every WebSocket message, as JSON text in the exchange's order of keys."""

import msgspec

from playhead.base.time import MICROS_PER_SECOND
from playhead.history.books import DOLLAR, Book, Price, Side
from playhead.history.exchange.server.texts import level_texts, price_text, size_text, time_text
from playhead.history.exchange.simulated import (
    BookChanged,
    EventListing,
    LifecycleChanged,
    LifecycleKind,
    Listing,
    Quoted,
    Traded,
)

Fields = dict[str, object]
_HUNDREDTHS = 100
_SIDES = ("yes", "no")
_BOOK_SIDES = ("bid", "ask")


def to_json(value: object) -> str:
    """Return ``value`` as JSON, keys in the order in which they were put."""
    return msgspec.json.encode(value).decode()


def snapshot_body(listing: Listing, book: Book, *, use_yes_price: bool, omit_empty: bool) -> str:
    """Return a whole book."""
    sides: Fields = {
        "yes_dollars_fp": level_texts(book.yes),
        "no_dollars_fp": level_texts(book.no, mirrored=use_yes_price),
    }
    shown = {key: levels for key, levels in sides.items() if levels or not omit_empty}
    return to_json({"market_ticker": listing.ticker, "market_id": listing.market_id} | shown)


def delta_body(change: BookChanged, market_id: str, *, use_yes_price: bool) -> str:
    """Return one change of one level."""
    mirrored = use_yes_price and change.side is Side.NO
    price = Price(DOLLAR - change.price) if mirrored else change.price
    return (
        f'{{"market_ticker":"{change.ticker}","market_id":"{market_id}",'
        f'"price_dollars":"{price_text(price)}","delta_fp":"{size_text(change.size)}",'
        f'"side":"{_SIDES[change.side]}","ts":"{time_text(change.at)}",'
        f'"ts_ms":{change.at // 1000}}}'
    )


def trade_body(trade: Traded) -> str:
    """Return one match."""
    outcome = _SIDES[trade.taker_side]
    return to_json(
        {
            "trade_id": trade.trade_id,
            "market_ticker": trade.ticker,
            "yes_price_dollars": price_text(trade.yes_price),
            "no_price_dollars": price_text(Price(DOLLAR - trade.yes_price)),
            "count_fp": size_text(trade.size),
            "taker_side": outcome,
            "taker_outcome_side": outcome,
            "taker_book_side": _BOOK_SIDES[trade.taker_side],
            "is_block_trade": False,
            "ts": trade.at // MICROS_PER_SECOND,
            "ts_ms": trade.at // 1000,
        }
    )


def ticker_body(quoted: Quoted, market_id: str) -> str:
    """Return the top of a market's book and its totals."""
    quote = quoted.quote
    return to_json(
        {
            "market_id": market_id,
            "market_ticker": quoted.ticker,
            "price_dollars": price_text(quote.last_price),
            "yes_bid_dollars": price_text(quote.yes_bid),
            "yes_ask_dollars": price_text(quote.yes_ask),
            "volume_fp": size_text(quote.volume),
            "open_interest_fp": size_text(quote.open_interest),
            "dollar_volume": quote.volume // (2 * _HUNDREDTHS),
            "dollar_open_interest": quote.open_interest // (2 * _HUNDREDTHS),
            "yes_bid_size_fp": size_text(quote.yes_bid_size),
            "yes_ask_size_fp": size_text(quote.yes_ask_size),
            "last_trade_size_fp": size_text(quote.last_size),
            "ts": quoted.at // MICROS_PER_SECOND,
            "ts_ms": quoted.at // 1000,
            "time": time_text(quoted.at),
        }
    )


def lifecycle_body(change: LifecycleChanged) -> str:
    """Return a step in a market's life."""
    fields: Fields = {"event_type": change.kind.value, "market_ticker": change.listing.ticker}
    return to_json(fields | _lifecycle_fields(change.kind, change.listing))


def _lifecycle_fields(kind: LifecycleKind, listing: Listing) -> Fields:
    match kind:
        case LifecycleKind.CREATED:
            return _created_fields(listing)
        case LifecycleKind.ACTIVATED | LifecycleKind.DEACTIVATED:
            return {"is_deactivated": kind is LifecycleKind.DEACTIVATED}
        case LifecycleKind.CLOSE_DATE_UPDATED:
            return {"close_ts": listing.close_at // MICROS_PER_SECOND}
        case LifecycleKind.DETERMINED:
            return _determined_fields(listing)
        case LifecycleKind.SETTLED:
            return {"settled_ts": (listing.settled_at or 0) // MICROS_PER_SECOND}
        case LifecycleKind.PRICE_LEVEL_STRUCTURE_UPDATED:
            return grid_fields(listing)
        case LifecycleKind.METADATA_UPDATED:
            return strike_fields(listing) | {"yes_sub_title": listing.yes_sub_title}


def _created_fields(listing: Listing) -> Fields:
    metadata: Fields = {
        "name": listing.yes_sub_title,
        "title": listing.title,
        "yes_sub_title": listing.yes_sub_title,
        "no_sub_title": listing.no_sub_title,
        "rules_primary": f"Resolves to yes if: {listing.yes_sub_title}.",
        "rules_secondary": "",
        "can_close_early": True,
        "event_ticker": listing.event.ticker,
        "expected_expiration_ts": listing.close_at // MICROS_PER_SECOND + 300,
    }
    times: Fields = {
        "exchange_index": listing.event.series.exchange_index,
        "open_ts": listing.open_at // MICROS_PER_SECOND,
        "close_ts": listing.close_at // MICROS_PER_SECOND,
    }
    return times | grid_fields(listing) | {"additional_metadata": metadata | strike_fields(listing)}


def _determined_fields(listing: Listing) -> Fields:
    return {
        "result": listing.result,
        "determination_ts": (listing.determined_at or 0) // MICROS_PER_SECOND,
        "settlement_value": settlement_text(listing),
    }


def settlement_text(listing: Listing) -> str:
    """Return what a YES contract pays."""
    return price_text(DOLLAR if listing.result == "yes" else Price(0))


def grid_fields(listing: Listing) -> Fields:
    """Return the price grid as both WebSocket and REST show it."""
    ranges = [
        {
            "start": price_text(band.start),
            "end": price_text(band.end),
            "step": price_text(band.step),
        }
        for band in listing.grid.bands
    ]
    return {"price_level_structure": listing.structure, "price_ranges": ranges}


def strike_fields(listing: Listing) -> Fields:
    """Return what decides the market; strikes are bare JSON numbers."""
    fields: Fields = {"strike_type": listing.strike.kind}
    if listing.strike.floor is not None:
        fields["floor_strike"] = msgspec.Raw(listing.strike.floor.encode())
    if listing.strike.cap is not None:
        fields["cap_strike"] = msgspec.Raw(listing.strike.cap.encode())
    return fields


def event_body(event: EventListing) -> str:
    """Return a new event."""
    return to_json(
        {
            "event_ticker": event.ticker,
            "exchange_index": event.series.exchange_index,
            "title": event.title,
            "subtitle": event.sub_title,
            "collateral_return_type": collateral_text(event),
            "series_ticker": event.series.ticker,
            "strike_date": event.strike_at // MICROS_PER_SECOND,
        }
    )


def collateral_text(event: EventListing) -> str:
    """Return how positions across the event's markets are netted."""
    return "MECNET" if event.mutually_exclusive else ""
