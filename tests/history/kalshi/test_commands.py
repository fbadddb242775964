"""The exact text of each command."""

from playhead.history.kalshi import commands


def test_subscribing_to_books_says_every_choice_out_loud() -> None:
    assert commands.subscribe(1, commands.BOOKS, ["A", "B"]) == (
        '{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],'
        '"market_tickers":["A","B"],"skip_ticker_ack":true,"use_yes_price":false}}'
    )


def test_subscribing_to_everything_names_no_market() -> None:
    assert commands.subscribe(2, commands.TRADES) == (
        '{"id":2,"cmd":"subscribe","params":{"channels":["trade"],"skip_ticker_ack":true}}'
    )


def test_adding_markets() -> None:
    assert commands.add_markets(3, 1, ["C"]) == (
        '{"id":3,"cmd":"update_subscription","params":'
        '{"sids":[1],"action":"add_markets","market_tickers":["C"]}}'
    )


def test_deleting_markets() -> None:
    assert commands.delete_markets(4, 1, ["C"]) == (
        '{"id":4,"cmd":"update_subscription","params":'
        '{"sids":[1],"action":"delete_markets","market_tickers":["C"]}}'
    )


def test_asking_for_snapshots() -> None:
    assert commands.get_snapshot(5, 1, ["C", "D"]) == (
        '{"id":5,"cmd":"update_subscription","params":'
        '{"sids":[1],"action":"get_snapshot","market_tickers":["C","D"]}}'
    )


def test_unsubscribing() -> None:
    assert commands.unsubscribe(6, [1, 2]) == (
        '{"id":6,"cmd":"unsubscribe","params":{"sids":[1,2]}}'
    )


def test_listing_subscriptions() -> None:
    assert commands.list_subscriptions(7) == '{"id":7,"cmd":"list_subscriptions"}'
