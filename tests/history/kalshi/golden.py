"""Frames and what they mean, one of each shape that the exchange has ever sent."""

from playhead.base.time import Micros
from playhead.history.books import Price, Side, Size
from playhead.history.kalshi import (
    Acknowledged,
    BookDelta,
    BookSnapshot,
    ErrorReply,
    EventLifecycle,
    LifecycleEvent,
    MarketLifecycle,
    Message,
    Subscribed,
    Ticker,
    Trade,
    Unknown,
    Unsubscribed,
)

SENT = Micros(1_795_262_400_140_000)
NOON = Micros(1_795_262_400_131_204)
HEAD = '"type":"orderbook_delta","sid":1,"seq":2'

GOLDEN: dict[str, tuple[str, Message]] = {
    "delta of today": (
        '{"type":"orderbook_delta","sid":1,"seq":2,"msg":{"market_ticker":"KXHIGHNY-26NOV21-T52",'
        '"market_id":"9b0f6b43","price_dollars":"0.2200","delta_fp":"-33.50","side":"yes",'
        '"ts":"2026-11-21T12:00:00.131204Z","ts_ms":1795262400131},"sending_ts_ms":1795262400140}\n',
        BookDelta(
            sid=1,
            seq=2,
            sent_at=SENT,
            market_ticker="KXHIGHNY-26NOV21-T52",
            side=Side.YES,
            price=Price(220_000),
            change=Size(-3350),
            exchange_at=NOON,
        ),
    ),
    "delta of 2023": (
        '{"type":"orderbook_delta","sid":1,"seq":4,"msg":{"market_ticker":"INXD-23AUG31-B4562",'
        '"price":86,"delta":-100,"side":"no","ts":"2023-08-31T13:30:42.178Z"}}',
        BookDelta(
            sid=1,
            seq=4,
            market_ticker="INXD-23AUG31-B4562",
            side=Side.NO,
            price=Price(860_000),
            change=Size(-10_000),
            exchange_at=Micros(1_693_488_642_178_000),
        ),
    ),
    "delta of the transition": (
        '{"type":"orderbook_delta","sid":1,"seq":4,"msg":{"market_ticker":"A","price":1,'
        '"price_dollars":"0.0150","delta":7,"delta_fp":"7.25","side":"no","ts":1770897981}}',
        BookDelta(
            sid=1,
            seq=4,
            market_ticker="A",
            side=Side.NO,
            price=Price(15_000),
            change=Size(725),
            exchange_at=Micros(1_770_897_981_000_000),
        ),
    ),
    "snapshot of today that answers a command": (
        '{"type":"orderbook_snapshot","id":6,"sid":1,"seq":817,"msg":{"market_ticker":"A-T4.00",'
        '"market_id":"4c1d","yes_dollars_fp":[["0.0800","300.00"],["0.2200","333.50"]]}}',
        BookSnapshot(
            sid=1,
            seq=817,
            id=6,
            market_ticker="A-T4.00",
            yes=((Price(80_000), Size(30_000)), (Price(220_000), Size(33_350))),
        ),
    ),
    "snapshot of 2023": (
        '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A","yes":[[2,200]],'
        '"no":[[66,52],[77,400]],"ts":"2023-08-31T13:30:16.478Z"}}',
        BookSnapshot(
            sid=1,
            seq=1,
            market_ticker="A",
            yes=((Price(20_000), Size(20_000)),),
            no=((Price(660_000), Size(5_200)), (Price(770_000), Size(40_000))),
            exchange_at=Micros(1_693_488_616_478_000),
        ),
    ),
    "snapshot of the transition": (
        '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A",'
        '"yes":[[45,100]],"no":null,"yes_dollars":[["0.4550",100]],"no_dollars":null}}',
        BookSnapshot(sid=1, seq=1, market_ticker="A", yes=((Price(455_000), Size(10_000)),)),
    ),
    "snapshot of an empty book": (
        '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A","market_id":"f2"}}',
        BookSnapshot(sid=1, seq=1, market_ticker="A"),
    ),
    "trade of today": (
        '{"type":"trade","sid":2,"seq":41,"msg":{"trade_id":"d91b","market_ticker":"A",'
        '"yes_price_dollars":"0.2300","no_price_dollars":"0.7700","count_fp":"12.50",'
        '"taker_side":"yes","taker_outcome_side":"no","taker_book_side":"ask",'
        '"is_block_trade":true,"ts":1795262400,"ts_ms":1795262400131}}',
        Trade(
            sid=2,
            seq=41,
            trade_id="d91b",
            market_ticker="A",
            yes_price=Price(230_000),
            no_price=Price(770_000),
            count=Size(1250),
            taker_side=Side.NO,
            is_block_trade=True,
            exchange_at=Micros(1_795_262_400_131_000),
        ),
    ),
    "ticker of today": (
        '{"type":"ticker","sid":3,"msg":{"market_id":"9b","market_ticker":"A",'
        '"price_dollars":"0.2300","yes_bid_dollars":"0.0000","yes_ask_dollars":"1.0000",'
        '"volume_fp":"15210.40","open_interest_fp":"9120.00","dollar_volume":7605,'
        '"ts":1795262400,"ts_ms":1795262400131,"time":"2026-11-21T12:00:00.131204Z"}}',
        Ticker(
            sid=3,
            market_ticker="A",
            last_price=Price(230_000),
            yes_bid=Price(0),
            yes_ask=Price(1_000_000),
            volume=Size(1_521_040),
            open_interest=Size(912_000),
            exchange_at=NOON,
        ),
    ),
    "a market is created": (
        '{"type":"market_lifecycle_v2","sid":4,"seq":1,"msg":{"event_type":"created",'
        '"market_ticker":"KXB-30","exchange_index":2,"open_ts":1795263300,"close_ts":1795264200,'
        '"price_level_structure":"deci_cent","price_ranges":[{"start":"0.0000","end":"1.0000",'
        '"step":"0.0010"}],"additional_metadata":{"title":"Up?","event_ticker":"KXB",'
        '"floor_strike":98123.45}}}',
        MarketLifecycle(
            sid=4,
            seq=1,
            market_ticker="KXB-30",
            event=LifecycleEvent.CREATED,
            event_ticker="KXB",
            title="Up?",
            open_at=Micros(1_795_263_300_000_000),
            close_at=Micros(1_795_264_200_000_000),
            price_level_structure="deci_cent",
            price_ranges=((Price(0), Price(1_000_000), Price(1_000)),),
        ),
    ),
    "a market is determined": (
        '{"type":"market_lifecycle_v2","sid":4,"seq":5,"msg":{"event_type":"determined",'
        '"market_ticker":"A","result":"yes","determination_ts":1795264260,'
        '"settlement_value":"1.0000"}}',
        MarketLifecycle(
            sid=4,
            seq=5,
            market_ticker="A",
            event=LifecycleEvent.DETERMINED,
            determined_at=Micros(1_795_264_260_000_000),
            result="yes",
            settlement_value=Price(1_000_000),
        ),
    ),
    "a combination is settled": (
        '{"type":"multivariate_market_lifecycle","sid":5,"seq":2,"msg":{"market_ticker":"C",'
        '"event_type":"settled","settled_ts":1779278091,"close_ts":0}}',
        MarketLifecycle(
            sid=5,
            seq=2,
            market_ticker="C",
            event=LifecycleEvent.SETTLED,
            settled_at=Micros(1_779_278_091_000_000),
            is_combo=True,
        ),
    ),
    "something new happens to a market": (
        '{"type":"market_lifecycle_v2","sid":4,"seq":6,"msg":{"market_ticker":"KXMVE-A",'
        '"event_type":"renamed"}}',
        MarketLifecycle(
            sid=4, seq=6, market_ticker="KXMVE-A", event=LifecycleEvent.OTHER, is_combo=True
        ),
    ),
    "an event is created": (
        '{"type":"event_lifecycle","sid":4,"seq":9,"msg":{"event_ticker":"KXB","title":"BTC",'
        '"series_ticker":"KXBTC15M","collateral_return_type":"","strike_date":1795264200}}',
        EventLifecycle(sid=4, seq=9, event_ticker="KXB", series_ticker="KXBTC15M", title="BTC"),
    ),
    "a subscription": (
        '{"type":"subscribed","id":1,"msg":{"channel":"trade","sid":2}}',
        Subscribed(id=1, sid=2, channel="trade"),
    ),
    "an acknowledgement with tickers": (
        '{"id":4,"sid":1,"seq":814,"type":"ok","msg":{"market_tickers":["A","B"]}}',
        Acknowledged(id=4, sid=1, seq=814, tickers=("A", "B")),
    ),
    "an acknowledgement with an empty body": (
        '{"id":4,"sid":1,"seq":814,"type":"ok","msg":{}}',
        Acknowledged(id=4, sid=1, seq=814),
    ),
    "an acknowledgement without a body": (
        '{"id":4,"type":"ok"}',
        Acknowledged(id=4),
    ),
    "a list of subscriptions": (
        '{"id":8,"type":"ok","msg":[{"channel":"orderbook_delta","sid":1}]}',
        Acknowledged(id=8, subscriptions=(("orderbook_delta", 1),)),
    ),
    "the end of a subscription": (
        '{"id":7,"sid":1,"seq":902,"type":"unsubscribed"}',
        Unsubscribed(id=7, sid=1, seq=902),
    ),
    "an error of a subscription": (
        '{"type":"error","sid":1,"seq":9041,"msg":{"code":25,"msg":"Buffer overflow"}}',
        ErrorReply(sid=1, seq=9041, code=25, text="Buffer overflow"),
    ),
    "an error of a command": (
        '{"id":9,"type":"error","msg":{"code":16,"msg":"Market not found","market_ticker":"A"}}',
        ErrorReply(id=9, code=16, text="Market not found", market_ticker="A"),
    ),
    "a type that nobody reads": (
        '{"type":"fill","sid":8,"msg":{"trade_id":1}}',
        Unknown(sid=8, type="fill"),
    ),
}


UNPARSABLE = {
    "nothing": "",
    "not JSON": "heartbeat",
    "no object": "[1,2]",
    "no type": '{"sid":1}',
    "a type that is no text": '{"type":7}',
    "deep nesting": "[" * 100_000,
    "renamed sides": '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A",'
    '"yes_levels":[["0.0800","300.00"]],"no_levels":[]}}',
    "nested sides": '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A",'
    '"book":{"yes":[]}}}',
    "a snapshot of no market": '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{}}',
    "a price twice": '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A",'
    '"yes":[[2,200],[2,100]]}}',
    "less than nothing": '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{"market_ticker":"A",'
    '"yes":[[2,-200]]}}',
    "a level as a number": '{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":'
    '{"market_ticker":"A","yes_dollars_fp":[[0.02,"1.00"]]}}',
    "no price": f'{{{HEAD},"msg":{{"market_ticker":"A","delta_fp":"1.00","side":"no"}}}}',
    "no change": f'{{{HEAD},"msg":{{"market_ticker":"A","price_dollars":"0.1","side":"no"}}}}',
    "no side": f'{{{HEAD},"msg":{{"market_ticker":"A","price":1,"delta":1}}}}',
    "a third side": f'{{{HEAD},"msg":{{"market_ticker":"A","price":1,"delta":1,"side":"bid"}}}}',
    "too fine a price": f'{{{HEAD},"msg":{{"market_ticker":"A","price_dollars":"0.1234567",'
    '"delta_fp":"1.00","side":"no"}}',
    "too fine a size": f'{{{HEAD},"msg":{{"market_ticker":"A","price_dollars":"0.12",'
    '"delta_fp":"1.001","side":"no"}}',
    "a price above the dollar": f'{{{HEAD},"msg":{{"market_ticker":"A","price_dollars":"1.01",'
    '"delta_fp":"1.00","side":"no"}}',
    "a negative price": f'{{{HEAD},"msg":{{"market_ticker":"A","price":-1,"delta":1,'
    '"side":"no"}}',
    "a price as a number": f'{{{HEAD},"msg":{{"market_ticker":"A","price_dollars":0.12,'
    '"delta_fp":"1.00","side":"no"}}',
    "more than there is": f'{{{HEAD},"msg":{{"market_ticker":"A","price":1,"delta":2{"0" * 12},'
    '"side":"no"}}',
    "no date": f'{{{HEAD},"msg":{{"market_ticker":"A","price":1,"delta":1,"side":"no",'
    '"ts":"2026-13-01T00:00:00.5Z"}}',
    "no zone": f'{{{HEAD},"msg":{{"market_ticker":"A","price":1,"delta":1,"side":"no",'
    '"ts":"2026-11-21T12:00:00.131204"}}',
    "a year of five digits": f'{{{HEAD},"msg":{{"market_ticker":"A","price":1,"delta":1,'
    '"side":"no","ts":253402300800}}',
    "a trade without a count": '{"type":"trade","sid":2,"msg":{"trade_id":"d","market_ticker":"A",'
    '"yes_price":1,"no_price":99}}',
    "an end of nothing": '{"type":"unsubscribed"}',
}
