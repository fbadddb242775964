"""Commands and their answers."""

import json

import pytest

from playhead.history.exchange import ExchangeOptions
from tests.history.exchange.builders import Desk, Frame, error, types


@pytest.fixture
def desk() -> Desk:
    return Desk()


def in_order(frames: list[Frame]) -> list[int]:
    return [frame["seq"] for frame in frames]


def test_subscribed_comes_first_then_snapshots_in_the_order_asked_for(desk: Desk) -> None:
    tickers = desk.tickers[5:2:-1]

    ack, *snapshots = desk.subscribe("orderbook_delta", market_tickers=tickers)

    sent_ms = desk.simulation.now // 1000
    assert ack == {
        "type": "subscribed",
        "id": 1,
        "msg": {"channel": "orderbook_delta", "sid": 1},
        "sending_ts_ms": sent_ms,
    }
    assert types(snapshots) == ["orderbook_snapshot"] * 3
    assert [frame["msg"]["market_ticker"] for frame in snapshots] == tickers
    assert in_order(snapshots) == [1, 2, 3]


def test_each_channel_gets_a_sid_of_its_own(desk: Desk) -> None:
    acks = desk.subscribe("ticker", "trade", "market_lifecycle_v2")

    assert [ack["msg"] for ack in acks] == [
        {"channel": "ticker", "sid": 1},
        {"channel": "trade", "sid": 2},
        {"channel": "market_lifecycle_v2", "sid": 3},
    ]


def test_deltas_go_on_with_the_numbers_of_the_snapshots(desk: Desk) -> None:
    desk.subscribe("orderbook_delta", market_tickers=desk.tickers[:5])

    frames = desk.pass_time(5)

    assert len(frames) > 20
    assert set(types(frames)) == {"orderbook_delta"}
    assert in_order(frames) == list(range(6, 6 + len(frames)))
    assert {frame["msg"]["market_ticker"] for frame in frames} <= set(desk.tickers[:5])


def test_a_second_subscribe_merges_into_the_first_and_is_answered_by_ok(desk: Desk) -> None:
    first, second, third = desk.tickers[:3]
    desk.subscribe("orderbook_delta", market_tickers=[first, second])

    ok, snapshot = desk.subscribe("orderbook_delta", market_tickers=[second, third])

    assert (ok["type"], ok["id"], ok["sid"], ok["seq"]) == ("ok", 1, 1, 3)
    assert ok["msg"] == {"market_tickers": [first, second, third]}
    assert (snapshot["msg"]["market_ticker"], snapshot["seq"]) == (third, 4)
    assert "id" not in snapshot


def test_add_markets_answers_with_the_whole_list_and_the_new_snapshots(desk: Desk) -> None:
    first, second = desk.tickers[:2]
    desk.subscribe("orderbook_delta", market_ticker=first)

    ok, snapshot = desk.update(1, "add_markets", market_ticker=second)

    assert ok["msg"] == {"market_tickers": [first, second]}
    assert snapshot["msg"]["market_ticker"] == second
    assert in_order([ok, snapshot]) == [2, 3]


def test_delete_markets_ends_their_deltas_and_only_theirs(desk: Desk) -> None:
    first, second = desk.tickers[:2]
    desk.subscribe("orderbook_delta", market_tickers=[first, second])

    (ok,) = desk.update(1, "delete_markets", market_tickers=[first])

    assert ok["msg"] == {"market_tickers": [second]}
    assert {frame["msg"]["market_ticker"] for frame in desk.pass_time(10)} == {second}


def test_skip_ticker_ack_leaves_the_list_out(desk: Desk) -> None:
    desk.subscribe("orderbook_delta", market_ticker=desk.tickers[0])

    ok, _ = desk.update(1, "add_markets", market_ticker=desk.tickers[1], skip_ticker_ack=True)

    assert ok["msg"] == {}


def test_get_snapshot_sends_the_book_of_now_with_the_id_and_no_ok(desk: Desk) -> None:
    first, other = desk.tickers[:2]
    desk.subscribe("orderbook_delta", market_ticker=first)
    last = desk.pass_time(3)[-1]["seq"]

    mine, foreign = desk.update(1, "get_snapshot", market_tickers=[first, other])

    assert types([mine, foreign]) == ["orderbook_snapshot"] * 2
    assert (mine["id"], mine["seq"], foreign["seq"]) == (1, last + 1, last + 2)
    assert len(mine["msg"]["yes_dollars_fp"]) == len(desk.market(first).book().yes)
    assert {frame["msg"]["market_ticker"] for frame in desk.pass_time(3)} == {first}


def test_unsubscribe_confirms_every_sid_and_silences_it(desk: Desk) -> None:
    desk.subscribe("orderbook_delta", "trade", market_ticker=desk.tickers[0])

    book, trade = desk.say("unsubscribe", sids=[1, 2])

    assert (book["type"], book["id"], book["sid"], book["seq"]) == ("unsubscribed", 1, 1, 2)
    assert (trade["sid"], trade["seq"]) == (2, 1)
    assert desk.pass_time(5) == []


def test_sids_are_never_used_twice(desk: Desk) -> None:
    desk.subscribe("trade")
    desk.say("unsubscribe", sids=[1])

    (ack,) = desk.subscribe("trade")

    assert ack["msg"]["sid"] == 2


def test_list_subscriptions_names_channels_and_sids(desk: Desk) -> None:
    desk.subscribe("ticker", "trade")

    (ok,) = desk.say_raw('{"id":8,"cmd":"list_subscriptions"}')

    assert (ok["id"], ok["type"]) == (8, "ok")
    assert ok["msg"] == [{"channel": "ticker", "sid": 1}, {"channel": "trade", "sid": 2}]


def test_unknown_tickers_are_accepted_and_stay_silent(desk: Desk) -> None:
    ack, snapshot = desk.subscribe(
        "orderbook_delta", market_tickers=["KXNOSUCH-26NOV21-T1", desk.tickers[0]]
    )

    assert ack["type"] == "subscribed"
    assert (snapshot["seq"], snapshot["msg"]["market_ticker"]) == (1, desk.tickers[0])


def test_ticker_sends_the_present_state_when_asked_to(desk: Desk) -> None:
    tickers = desk.tickers[:3]

    _, *states = desk.subscribe("ticker", market_tickers=tickers, send_initial_snapshot=True)

    assert types(states) == ["ticker"] * 3
    assert [state["msg"]["market_ticker"] for state in states] == tickers
    assert all("seq" not in state for state in states)


def test_ticker_takes_market_ids(desk: Desk) -> None:
    market = desk.market(desk.tickers[0])

    desk.subscribe("ticker", market_ids=[market.listing.market_id])

    assert {frame["msg"]["market_ticker"] for frame in desk.pass_time(10)} == {market.ticker}


def test_lifecycle_comes_for_every_market_whatever_is_named(desk: Desk) -> None:
    desk.subscribe("market_lifecycle_v2", market_ticker=desk.tickers[0])

    frames = desk.pass_time(130)

    assert in_order(frames) == list(range(1, len(frames) + 1))
    assert {"market_lifecycle_v2", "event_lifecycle"} == set(types(frames))


def test_combo_lifecycle_hears_of_events_only(desk: Desk) -> None:
    desk.subscribe("multivariate_market_lifecycle")

    assert set(types(desk.pass_time(130))) == {"event_lifecycle"}


def test_trades_come_for_every_market_unless_some_are_named(desk: Desk) -> None:
    other = Desk()
    desk.subscribe("trade")
    other.subscribe("trade", market_ticker=other.tickers[0])

    everything, some = desk.pass_time(30), other.pass_time(30)

    assert [one["msg"] for one in some] == [
        one["msg"] for one in everything if one["msg"]["market_ticker"] == other.tickers[0]
    ]
    assert len(some) < len(everything)


def test_without_the_switch_control_replies_carry_no_number() -> None:
    desk = Desk(ExchangeOptions(control_replies_take_seq=False))
    first, second = desk.tickers[:2]
    desk.subscribe("orderbook_delta", market_ticker=first)

    ok, snapshot = desk.update(1, "add_markets", market_ticker=second)
    (gone,) = desk.say("unsubscribe", sids=[1])

    assert "seq" not in ok
    assert "seq" not in gone
    assert snapshot["seq"] == 2


def test_an_error_of_a_subscription_takes_a_number_of_it(desk: Desk) -> None:
    desk.subscribe("orderbook_delta", market_ticker=desk.tickers[0])

    (refused,) = desk.update(1, "no_such_action", market_ticker=desk.tickers[0])

    assert (refused["sid"], refused["seq"], refused["msg"]["code"]) == (1, 2, 13)


def test_id_zero_counts_as_none(desk: Desk) -> None:
    (ack,) = desk.say_raw('{"id":0,"cmd":"subscribe","params":{"channels":["trade"]}}')

    assert "id" not in ack


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not json", 1),
        ("[1,2]", 1),
        ("", 1),
        ('{"id":"one","cmd":"subscribe"}', 1),
        ('{"id":1,"cmd":"subscribe","params":{"channels":"trade"}}', 1),
        ('{"id":1,"cmd":"subscribe"}', 2),
        ('{"id":1,"cmd":"unsubscribe"}', 2),
        ('{"id":1,"cmd":"subscribe","params":{}}', 3),
        ('{"id":1,"cmd":"unsubscribe","params":{}}', 4),
        ('{"id":1,"cmd":"dance","params":{}}', 5),
        ('{"id":1,"cmd":"unsubscribe","params":{"sids":[9]}}', 7),
        ('{"id":1,"cmd":"subscribe","params":{"channels":["ticker_v2"]}}', 8),
        ('{"id":1,"cmd":"subscribe","params":{"channels":["trade","multivariate"]}}', 8),
        ('{"id":1,"cmd":"subscribe","params":{"channels":["ticker"],"market_id":"x"}}', 11),
        ('{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"]}}', 14),
    ],
)
def test_a_bad_command_is_refused_with_its_code(desk: Desk, text: str, code: int) -> None:
    assert error(desk.say_raw(text)) == code
    assert desk.session.subscriptions == {}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"action": "add_markets", "market_ticker": "A"}, 12),
        ({"sids": [1, 2], "action": "add_markets", "market_ticker": "A"}, 12),
        ({"sid": 7, "action": "add_markets", "market_ticker": "A"}, 7),
        ({"sid": 1, "market_ticker": "A"}, 15),
        ({"sid": 1, "action": "indexlist"}, 13),
        ({"sid": 2, "action": "add_markets", "market_ticker": "A"}, 13),
        ({"sid": 2, "action": "get_snapshot", "market_tickers": ["A"]}, 13),
        ({"sid": 1, "action": "add_markets"}, 14),
        ({"sid": 1, "action": "get_snapshot", "market_ticker": "A"}, 14),
        ({"sid": 1, "action": "add_markets", "market_ticker": "A", "market_tickers": []}, 11),
    ],
)
def test_a_bad_update_is_refused_with_its_code(
    desk: Desk, params: dict[str, object], code: int
) -> None:
    desk.subscribe("orderbook_delta", market_ticker=desk.tickers[0])
    desk.subscribe("market_lifecycle_v2")

    assert error(desk.say("update_subscription", **params)) == code


def test_the_same_commands_at_the_same_instants_give_the_same_frames() -> None:
    transcripts = []
    for _ in range(2):
        desk = Desk()
        frames = desk.subscribe("orderbook_delta", "ticker", market_tickers=desk.tickers[:9])
        frames += desk.subscribe("trade", "market_lifecycle_v2")
        frames += desk.pass_time(20)
        frames += desk.update(1, "add_markets", market_tickers=desk.tickers[9:20])
        transcripts.append(json.dumps(frames + desk.pass_time(20)))

    assert len(transcripts[0]) > 100_000
    assert transcripts[0] == transcripts[1]
