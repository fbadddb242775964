"""Frames of nothing that happened."""

import pytest

from playhead.history.books import DOLLAR, Book, NegativeSize, Side, Size, fold
from playhead.history.exchange import FaultKind, Injected, NothingFits, UnknownConnection
from playhead.history.exchange.simulated import Market
from tests.history.exchange.server.faults.bench import BOOKS, TRADES, Bench, numbers, told, true

pytestmark = pytest.mark.anyio


def deepest(test: Bench) -> Market:
    """The market with the most levels; it will not close soon."""
    soon = test.exchange.simulation.now + 2_000_000
    markets = filter(None, map(test.exchange.simulation.market, test.tickers))
    lasting = (one for one in markets if one.listing.close_at > soon)
    return max(lasting, key=lambda one: min(len(one.book().yes), len(one.book().no)))


async def emptied(test: Bench, *sides: Side) -> Market:
    """A market without bids on some sides; the client knows."""
    chosen, simulation = deepest(test), test.exchange.simulation
    for order in chosen.engine.orders():
        if order.side in sides:
            cancelled = chosen.engine.cancel(order.number)
            simulation.venue.publish(chosen, simulation.now, cancelled)
    test.pass_time(0)
    await test.texts()
    return chosen


def applied(book: Book, ticker: str, test: Bench, frames: list[dict[str, object]]) -> Book:
    return fold(book, [change for each, change in told(frames) if each == ticker])


async def test_an_unknown_type_takes_a_number_and_loses_nothing(test: Bench) -> None:
    record = test.faults.unknown_type(test.number, BOOKS)
    test.pass_time()
    strange, *rest = await test.frames()

    assert strange["type"] == "market_weather"
    assert numbers([strange, *rest])[:2] == [test.last_seq + 1, test.last_seq + 2]
    assert told(rest) == true(test.truth)
    assert not record.loses


async def test_a_bid_off_the_grid_is_told_of_a_true_market(test: Bench) -> None:
    at = test.exchange.simulation.now
    record = test.faults.off_grid(test.number, BOOKS)
    (frame,) = await test.frames()

    ((ticker, change),) = told([frame])
    lied_about = test.exchange.simulation.market(ticker)
    assert lied_about is not None
    assert change.price not in lied_about.listing.grid.prices
    assert 0 < change.price < DOLLAR
    assert frame["msg"]["market_id"] == lied_about.listing.market_id
    assert frame["seq"] == test.last_seq + 1
    kind = FaultKind.OFF_GRID
    assert record == Injected(kind, at, test.number, BOOKS, (ticker,), loses=True)
    assert test.log == [record]


async def test_a_crossed_book_stays_crossed_until_a_snapshot(test: Bench) -> None:
    crossed = deepest(test)
    ticker, book = crossed.ticker, crossed.book()
    record = test.faults.cross(test.number, BOOKS, ticker=ticker)
    test.pass_time(1.0)
    book = applied(book, ticker, test, await test.frames())

    assert max(book.yes) + max(book.no) >= DOLLAR
    assert (record.tickers, record.loses) == ((ticker,), True)
    await test.update("get_snapshot", ticker)
    (snapshot,) = await test.frames()
    sides = (snapshot["msg"][side] for side in ("yes_dollars_fp", "no_dollars_fp"))
    assert [len(levels) for levels in sides] == [len(crossed.book().yes), len(crossed.book().no)]


@pytest.mark.parametrize("sides", [(), (Side.YES,), (Side.YES, Side.NO)])
async def test_a_negative_change_takes_more_than_there_is(
    test: Bench, sides: tuple[Side, ...]
) -> None:
    chosen = await emptied(test, *sides)
    record = test.faults.negative(test.number, BOOKS, ticker=chosen.ticker)
    frames = await test.frames()

    with pytest.raises(NegativeSize):
        applied(chosen.book(), chosen.ticker, test, frames)
    assert (record.tickers, record.loses) == ((chosen.ticker,), True)


async def test_what_waits_for_frames_does_not_meet_one_that_is_made_up(test: Bench) -> None:
    waiting = test.faults.lose_silently(test.number, BOOKS)
    test.faults.off_grid(test.number, BOOKS)
    (frame,) = await test.frames()

    assert frame["type"] == "orderbook_delta"
    assert test.faults.pending == [waiting]


async def test_a_lie_needs_a_market_that_is_told_and_fit(test: Bench) -> None:
    empty = await emptied(test, *Side)
    with pytest.raises(NothingFits):
        test.faults.cross(test.number, BOOKS, ticker=empty.ticker)
    with pytest.raises(NothingFits):
        test.faults.off_grid(test.number, BOOKS, ticker="KXNONE")
    with pytest.raises(UnknownConnection):
        test.faults.cross(test.number, TRADES)
    test.faults.freeze(test.number, BOOKS)
    with pytest.raises(NothingFits):
        test.faults.cross(test.number, BOOKS)

    assert [record.kind for record in test.log] == [FaultKind.FREEZE]


async def test_prices_of_a_lie_are_shown_as_the_client_asked(test: Bench) -> None:
    await test.client.say("unsubscribe", sids=[BOOKS])
    channels = ["orderbook_delta"]
    await test.client.say(
        "subscribe", channels=channels, market_tickers=test.tickers, use_yes_price=True
    )
    await test.texts()
    one_sided = await emptied(test, Side.NO)
    test.faults.cross(test.number, 3, ticker=one_sided.ticker)
    (frame,) = await test.frames(3)

    ((_, change),) = told([frame])
    assert frame["msg"]["side"] == "no"
    assert change.price == DOLLAR - one_sided.listing.grid.prices[-1]
    assert change.size == Size(100)
