"""REST records: what the exchange says of a series, an event, a market, a book, a trade."""

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.books import DOLLAR, Book, Price, Side
from playhead.history.exchange.server.bodies import (
    Fields,
    collateral_text,
    grid_fields,
    settlement_text,
    strike_fields,
)
from playhead.history.exchange.server.texts import level_texts, price_text, size_text, time_text
from playhead.history.exchange.simulated import (
    EventListing,
    Listing,
    Market,
    Quote,
    SeriesListing,
    Traded,
)

_WEEK = 7 * 86_400 * MICROS_PER_SECOND
_SOURCES = [{"name": "The simulation", "url": "https://example.invalid"}]


def series_record(series: SeriesListing) -> Fields:
    """Return a series."""
    return {
        "ticker": series.ticker,
        "title": series.title,
        "frequency": series.frequency,
        "category": series.category,
        "categories": [series.category],
        "tags": list(series.tags),
        "settlement_sources": _SOURCES,
        "contract_url": "https://example.invalid/contract.pdf",
        "contract_terms_url": "https://example.invalid/terms.pdf",
        "fee_type": "quadratic",
        "fee_multiplier": 1,
        "additional_prohibitions": [],
        "exchange_index": series.exchange_index,
    }


def event_record(event: EventListing) -> Fields:
    """Return an event without its markets."""
    return {
        "event_ticker": event.ticker,
        "series_ticker": event.series.ticker,
        "title": event.title,
        "sub_title": event.sub_title,
        "category": event.series.category,
        "collateral_return_type": collateral_text(event),
        "mutually_exclusive": event.mutually_exclusive,
        "settlement_sources": _SOURCES,
        "strike_date": time_text(event.strike_at),
        "last_updated_ts": time_text(event.created_at),
        "exchange_index": event.series.exchange_index,
    }


def market_record(market: Market) -> Fields:
    """Return a market with every key that a strict client requires."""
    listing = market.listing
    return (
        _identity_fields(listing)
        | _time_fields(listing)
        | _outcome_fields(listing)
        | _quote_fields(market.quote())
        | grid_fields(listing)
        | strike_fields(listing)
    )


def _identity_fields(listing: Listing) -> Fields:
    return {
        "ticker": listing.ticker,
        "event_ticker": listing.event.ticker,
        "market_type": "binary",
        "title": listing.title,
        "yes_sub_title": listing.yes_sub_title,
        "no_sub_title": listing.no_sub_title,
        "rules_primary": f"Resolves to yes if: {listing.yes_sub_title}.",
        "rules_secondary": "",
        "can_close_early": True,
        "status": listing.status.value,
        "exchange_index": listing.event.series.exchange_index,
        "notional_value_dollars": price_text(DOLLAR),
        "settlement_bounds_type": "default",
        "settlement_timer_seconds": listing.settlement_timer_seconds,
    }


def _time_fields(listing: Listing) -> Fields:
    return {
        "created_time": time_text(listing.created_at),
        "updated_time": time_text(listing.updated_at),
        "open_time": time_text(listing.open_at),
        "close_time": time_text(listing.close_at),
        "expected_expiration_time": time_text(Micros(listing.close_at + 300 * MICROS_PER_SECOND)),
        "latest_expiration_time": time_text(Micros(listing.close_at + _WEEK)),
    }


def _outcome_fields(listing: Listing) -> Fields:
    fields: Fields = {"result": listing.result, "expiration_value": ""}
    if listing.result:
        fields["settlement_value_dollars"] = settlement_text(listing)
    if listing.settled_at is not None:
        fields["settlement_ts"] = time_text(listing.settled_at)
    return fields


def _quote_fields(quote: Quote) -> Fields:
    return {
        "yes_bid_dollars": price_text(quote.yes_bid),
        "yes_ask_dollars": price_text(quote.yes_ask),
        "no_bid_dollars": price_text(Price(DOLLAR - quote.yes_ask)),
        "no_ask_dollars": price_text(Price(DOLLAR - quote.yes_bid)),
        "yes_bid_size_fp": size_text(quote.yes_bid_size),
        "yes_ask_size_fp": size_text(quote.yes_ask_size),
        "last_price_dollars": price_text(quote.last_price),
        "previous_yes_bid_dollars": price_text(Price(0)),
        "previous_yes_ask_dollars": price_text(DOLLAR),
        "previous_price_dollars": price_text(Price(0)),
        "volume_fp": size_text(quote.volume),
        "volume_24h_fp": size_text(quote.volume),
        "open_interest_fp": size_text(quote.open_interest),
        "liquidity_dollars": "0.0000",  # gone from the real answer; older clients require it
    }


def book_record(book: Book, depth: int) -> Fields:
    """Return the best ``depth`` levels a side, ascending; all of them for zero."""
    return {
        "yes_dollars": level_texts(book.yes)[-depth:],
        "no_dollars": level_texts(book.no)[-depth:],
    }


def trade_record(trade: Traded) -> Fields:
    """Return a trade."""
    outcome = "yes" if trade.taker_side is Side.YES else "no"
    return {
        "trade_id": trade.trade_id,
        "ticker": trade.ticker,
        "count_fp": size_text(trade.size),
        "yes_price_dollars": price_text(trade.yes_price),
        "no_price_dollars": price_text(Price(DOLLAR - trade.yes_price)),
        "taker_side": outcome,
        "taker_outcome_side": outcome,
        "taker_book_side": "bid" if trade.taker_side is Side.YES else "ask",
        "created_time": time_text(trade.at),
        "is_block_trade": False,
    }
