"""What a connection is sent: forms, switches, losses, ends."""

from decimal import Decimal

import pytest

from playhead.history.books import Book, Change, Side, fold, parse_price, parse_size
from playhead.history.exchange import ExchangeOptions
from playhead.history.exchange.server.commands import Refusal
from tests.history.exchange.builders import Desk, Frame, types


def book_in(snapshot: Frame) -> Book:
    sides = (snapshot["msg"].get(key, ()) for key in ("yes_dollars_fp", "no_dollars_fp"))
    yes, no = ({parse_price(p): parse_size(q) for p, q in levels} for levels in sides)
    return Book(yes=yes, no=no)


def change_in(delta: Frame) -> Change:
    msg = delta["msg"]
    side = Side.YES if msg["side"] == "yes" else Side.NO
    return Change(side, parse_price(msg["price_dollars"]), parse_size(msg["delta_fp"]))


def one_empty_sided(desk: Desk) -> str:
    books = ((ticker, desk.market(ticker).book()) for ticker in desk.tickers)
    return next(ticker for ticker, book in books if book.yes and not book.no)


def test_a_client_that_folds_deltas_holds_the_true_books() -> None:
    desk = Desk()
    _, *snapshots = desk.subscribe("orderbook_delta", market_tickers=desk.tickers)
    books = {one["msg"]["market_ticker"]: book_in(one) for one in snapshots}

    for delta in desk.pass_time(70):
        ticker = delta["msg"]["market_ticker"]
        books[ticker] = fold(books[ticker], [change_in(delta)])

    assert {ticker: desk.market(ticker).book() for ticker in books} == books


def test_every_frame_ends_with_a_newline_and_its_sending_time() -> None:
    desk = Desk()
    for _ in desk.dialogue.receive('{"id":1,"cmd":"subscribe","params":{"channels":["trade"]}}'):
        pass
    desk.hub.publish(desk.simulation.advance(desk.simulation.now + 30_000_000))  # type: ignore[arg-type]

    assert len(desk.wire.frames) > 5
    for frame in desk.wire.frames:
        assert frame.endswith("}\n")
        assert frame.rindex('"sending_ts_ms":') > frame.rindex('"msg":')


def test_sending_times_never_step_back() -> None:
    desk = Desk()
    frames = desk.subscribe("orderbook_delta", market_tickers=desk.tickers)
    for _ in range(20):
        frames += desk.pass_time(0.05)
        frames += desk.update(1, "get_snapshot", market_tickers=desk.tickers[:1])

    sent = [frame["sending_ts_ms"] for frame in frames]
    assert sent == sorted(sent)
    assert all(one["msg"].get("ts_ms", 0) <= one["sending_ts_ms"] for one in frames)


def test_an_empty_side_is_an_empty_list_unless_it_is_to_be_left_out() -> None:
    full, contract = Desk(), Desk(ExchangeOptions(omit_empty_sides=True))
    ticker = one_empty_sided(full)

    _, given = full.subscribe("orderbook_delta", market_ticker=ticker)
    _, left_out = contract.subscribe("orderbook_delta", market_ticker=ticker)

    assert given["msg"]["no_dollars_fp"] == []
    assert "no_dollars_fp" not in left_out["msg"]
    assert left_out["msg"]["yes_dollars_fp"] == given["msg"]["yes_dollars_fp"]


def test_use_yes_price_mirrors_the_no_side_in_snapshots_and_deltas() -> None:
    own, mirrored = Desk(), Desk()
    ticker = own.tickers[0]
    mine = own.subscribe("orderbook_delta", market_ticker=ticker) + own.pass_time(5)
    asked = mirrored.subscribe("orderbook_delta", market_ticker=ticker, use_yes_price=True)
    asked += mirrored.pass_time(5)

    own_levels, shown = (frames[1]["msg"]["no_dollars_fp"] for frames in (mine, asked))
    assert shown == [[str(1 - Decimal(price)), size] for price, size in reversed(own_levels)]
    for one, other in zip(mine[2:], asked[2:], strict=True):
        is_no = one["msg"]["side"] == "no"
        price = Decimal(one["msg"]["price_dollars"])
        assert Decimal(other["msg"]["price_dollars"]) == (1 - price if is_no else price)


def test_levels_rise_and_use_four_and_two_digits() -> None:
    desk = Desk()

    _, *snapshots = desk.subscribe("orderbook_delta", market_tickers=desk.tickers)

    for one in snapshots:
        for key in ("yes_dollars_fp", "no_dollars_fp"):
            levels = one["msg"][key]
            assert levels == sorted(levels)
            assert all(len(price) == 6 and size[-3] == "." for price, size in levels)


def test_a_lost_frame_leaves_a_hole_of_one() -> None:
    desk = Desk()
    desk.subscribe("orderbook_delta", market_tickers=desk.tickers)
    before = desk.pass_time(2)[-1]["seq"]

    desk.lose_next(1)

    numbers = [frame["seq"] for frame in desk.pass_time(2)]
    assert numbers == list(range(before + 2, before + 2 + len(numbers)))


@pytest.mark.parametrize("refusal", [Refusal.CHANNEL_ERROR, Refusal.BUFFER_OVERFLOW])
def test_a_terminal_error_takes_a_number_and_silences_the_sid(refusal: Refusal) -> None:
    desk = Desk()
    desk.subscribe("orderbook_delta", "trade", market_tickers=desk.tickers)
    last = len(desk.tickers)

    desk.session.end_with(desk.session.subscriptions[1], refusal)

    (error,) = desk.wire.take()
    assert (error["type"], error["sid"], error["seq"]) == ("error", 1, last + 1)
    assert error["msg"] == {"code": int(refusal), "msg": refusal.text}
    assert set(types(desk.pass_time(20))) == {"trade"}
    assert desk.subscribe("orderbook_delta", market_ticker=desk.tickers[0])[0]["msg"]["sid"] == 3


def test_a_full_wire_ends_what_is_published_to_it_and_nothing_is_kept() -> None:
    desk = Desk()
    desk.subscribe("orderbook_delta", "trade", market_tickers=desk.tickers)

    desk.wire.is_full = True
    frames = desk.pass_time(30)

    assert [(one["sid"], one["msg"]["code"]) for one in frames] == [(1, 25), (2, 25)]
    assert desk.session.subscriptions == {}


def test_the_rest_of_a_big_subscribe_is_dropped_when_the_subscription_ends_meanwhile() -> None:
    desk = Desk()
    tickers = '","'.join(desk.tickers)
    steps = desk.dialogue.receive(
        '{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],'
        f'"market_tickers":["{tickers}"]}}}}'
    )
    next(steps)
    desk.session.end_with(desk.session.subscriptions[1], Refusal.CHANNEL_ERROR)

    assert list(steps) == []
    assert types(desk.wire.take()) == ["subscribed", "orderbook_snapshot", "error"]
    assert desk.pass_time(5) == []


def test_a_market_is_published_from_its_own_snapshot_on_however_long_the_answer_takes() -> None:
    desk = Desk()
    tickers = '","'.join(desk.tickers)
    books: dict[str, Book] = {}
    steps = desk.dialogue.receive(
        '{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],'
        f'"market_tickers":["{tickers}"]}}}}'
    )
    for _ in steps:
        for frame in desk.wire.take() + desk.pass_time(0.2):
            if frame["type"] == "orderbook_snapshot":
                books[frame["msg"]["market_ticker"]] = book_in(frame)
            elif frame["type"] == "orderbook_delta":
                ticker = frame["msg"]["market_ticker"]
                books[ticker] = fold(books[ticker], [change_in(frame)])

    assert {ticker: desk.market(ticker).book() for ticker in desk.tickers} == books


def test_a_closed_session_hears_nothing_more() -> None:
    desk = Desk()
    desk.subscribe("orderbook_delta", "trade", market_tickers=desk.tickers)

    desk.session.close()

    assert desk.pass_time(5) == []
