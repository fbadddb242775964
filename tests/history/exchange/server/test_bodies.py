"""The exact text of what the exchange says."""

import json

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.books import Book, Price, Side, Size
from playhead.history.exchange.server import bodies
from playhead.history.exchange.simulated import (
    BookChanged,
    EventListing,
    LifecycleChanged,
    LifecycleKind,
    Listing,
    Quote,
    Quoted,
    SeriesListing,
    Traded,
)
from playhead.history.exchange.simulated.listing import Status, Strike

AT = Micros(1_795_262_400_131_200)
SERIES = SeriesListing("KXFED", "Fed funds rate", "Economics", "monthly", (), 0, "linear_cent")
EVENT = EventListing("KXFED-26DEC", SERIES, "Fed in December?", "Dec", AT, True, AT)
LISTING = Listing(
    number=1,
    ticker="KXFED-26DEC-T3.75",
    market_id="9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1",
    event=EVENT,
    title="Above 3.75?",
    yes_sub_title="Above 3.75",
    no_sub_title="3.75 or below",
    strike=Strike("greater", floor="3.75"),
    structure="tapered_deci_cent",
    created_at=AT,
    updated_at=AT,
    open_at=AT,
    close_at=Micros(AT + 60 * MICROS_PER_SECOND),
    settlement_timer_seconds=5,
    is_fractional=True,
    status=Status.DETERMINED,
    result="yes",
    determined_at=AT,
    settled_at=AT,
)


def told(kind: LifecycleKind) -> dict[str, object]:
    text = bodies.lifecycle_body(LifecycleChanged(AT, kind, LISTING))
    body: dict[str, object] = json.loads(text)
    assert body.pop("event_type") == kind.value
    assert body.pop("market_ticker") == LISTING.ticker
    return body


def test_snapshot() -> None:
    book = Book(yes={Price(220_000): Size(33_350), Price(80_000): Size(30_000)}, no={})

    text = bodies.snapshot_body(LISTING, book, use_yes_price=False, omit_empty=False)

    assert text == (
        '{"market_ticker":"KXFED-26DEC-T3.75",'
        '"market_id":"9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1",'
        '"yes_dollars_fp":[["0.0800","300.00"],["0.2200","333.50"]],"no_dollars_fp":[]}'
    )


def test_delta_with_the_zeros_of_its_time_trimmed() -> None:
    change = BookChanged(AT, LISTING.ticker, Side.YES, Price(220_000), Size(-3_350))

    text = bodies.delta_body(change, LISTING.market_id, use_yes_price=True)

    assert text == (
        '{"market_ticker":"KXFED-26DEC-T3.75",'
        '"market_id":"9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1",'
        '"price_dollars":"0.2200","delta_fp":"-33.50","side":"yes",'
        '"ts":"2026-11-21T12:00:00.1312Z","ts_ms":1795262400131}'
    )


def test_trade() -> None:
    trade = Traded(AT, LISTING.ticker, 1, "d91bc706", Side.NO, Price(230_000), Size(1_250))

    assert bodies.trade_body(trade) == (
        '{"trade_id":"d91bc706","market_ticker":"KXFED-26DEC-T3.75",'
        '"yes_price_dollars":"0.2300","no_price_dollars":"0.7700","count_fp":"12.50",'
        '"taker_side":"no","taker_outcome_side":"no","taker_book_side":"ask",'
        '"is_block_trade":false,"ts":1795262400,"ts_ms":1795262400131}'
    )


def test_ticker() -> None:
    quote = Quote(
        last_price=Price(230_000),
        yes_bid=Price(220_000),
        yes_ask=Price(230_000),
        yes_bid_size=Size(30_000),
        yes_ask_size=Size(14_600),
        last_size=Size(1_250),
        volume=Size(1_521_040),
        open_interest=Size(912_000),
    )

    text = bodies.ticker_body(Quoted(AT, LISTING.ticker, quote), LISTING.market_id)

    assert text == (
        '{"market_id":"9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1",'
        '"market_ticker":"KXFED-26DEC-T3.75","price_dollars":"0.2300",'
        '"yes_bid_dollars":"0.2200","yes_ask_dollars":"0.2300","volume_fp":"15210.40",'
        '"open_interest_fp":"9120.00","dollar_volume":7605,"dollar_open_interest":4560,'
        '"yes_bid_size_fp":"300.00","yes_ask_size_fp":"146.00","last_trade_size_fp":"12.50",'
        '"ts":1795262400,"ts_ms":1795262400131,"time":"2026-11-21T12:00:00.1312Z"}'
    )


def test_created_describes_the_market() -> None:
    body = told(LifecycleKind.CREATED)

    metadata = body.pop("additional_metadata")
    assert list(body) == [
        "exchange_index",
        "open_ts",
        "close_ts",
        "price_level_structure",
        "price_ranges",
    ]
    assert body["close_ts"] == 1_795_262_460
    assert isinstance(metadata, dict)
    assert metadata["event_ticker"] == "KXFED-26DEC"
    assert (metadata["strike_type"], metadata["floor_strike"]) == ("greater", 3.75)


def test_the_other_steps_of_a_life() -> None:
    assert told(LifecycleKind.ACTIVATED) == {"is_deactivated": False}
    assert told(LifecycleKind.DEACTIVATED) == {"is_deactivated": True}
    assert told(LifecycleKind.CLOSE_DATE_UPDATED) == {"close_ts": 1_795_262_460}
    assert told(LifecycleKind.SETTLED) == {"settled_ts": 1_795_262_400}
    assert told(LifecycleKind.DETERMINED) == {
        "result": "yes",
        "determination_ts": 1_795_262_400,
        "settlement_value": "1.0000",
    }
    assert told(LifecycleKind.METADATA_UPDATED) == {
        "strike_type": "greater",
        "floor_strike": 3.75,
        "yes_sub_title": "Above 3.75",
    }


def test_a_new_structure_is_told_with_its_bands() -> None:
    body = told(LifecycleKind.PRICE_LEVEL_STRUCTURE_UPDATED)

    assert body == {
        "price_level_structure": "tapered_deci_cent",
        "price_ranges": [
            {"start": "0.0000", "end": "0.1000", "step": "0.0010"},
            {"start": "0.1000", "end": "0.9000", "step": "0.0100"},
            {"start": "0.9000", "end": "1.0000", "step": "0.0010"},
        ],
    }


def test_event() -> None:
    assert json.loads(bodies.event_body(EVENT)) == {
        "event_ticker": "KXFED-26DEC",
        "exchange_index": 0,
        "title": "Fed in December?",
        "subtitle": "Dec",
        "collateral_return_type": "MECNET",
        "series_ticker": "KXFED",
        "strike_date": 1_795_262_400,
    }
