"""Inside a gap: the trades that the tape has between the last proven instant and the next one."""

from collections.abc import Callable

import pytest

from playhead.base.time import Micros
from playhead.history.books import Price, Size
from playhead.history.capture import Kind, Record
from playhead.history.rewind import Clock
from playhead.history.tape import Trade, Trades
from tests.history.ingest.frames import START, delta, frame, mark, record, snapshot
from tests.history.rewind.asking import Asker, run_sql, tape_of

MILLI = 1000


def trade(name: str, *, at: int, ticker: str = "A", taker: str | None = "yes") -> Record:
    """A trade of the trade channel, received ``at`` milliseconds and made one before."""
    msg = {
        "trade_id": name,
        "market_ticker": ticker,
        "yes_price_dollars": "0.4200",
        "no_price_dollars": "0.5800",
        "count_fp": "3.00",
        "ts_ms": START // 1000 + at - 1,
        **({} if taker is None else {"taker_side": taker}),
    }
    return record(frame("trade", msg, sid=2), at=at * MILLI)


RECORDS = [
    mark(Kind.OPENED),
    snapshot(1, at=10 * MILLI),
    delta(2, at=20 * MILLI, exchange_ms=19),
    trade("known", at=19),
    delta(3, at=100 * MILLI, exchange_ms=99),
    trade("at the edge", at=100),
    trade("second", at=150, taker="no"),
    trade("another market's", at=150, ticker="B"),
    trade("third", at=200, taker=None),
    delta(9, at=300 * MILLI, exchange_ms=299),
    snapshot(10, id=4, at=350 * MILLI),
    trade("known again", at=350),
    delta(11, at=400 * MILLI, exchange_ms=399),
]
"""Known by our milliseconds 10 to 100 and from 350 on; by the exchange's 19 to 99 and from 399."""


@pytest.fixture(scope="module")
def url(new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    made = new_database()
    tape_of(made, tmp_path_factory.mktemp("trades"), {"main": RECORDS})
    return made


def names(found: Trades | None) -> list[str]:
    assert found is not None
    assert found.count == len(found.trades)
    return [each.trade_id for each in found.trades]


def test_the_trades_of_a_gap_are_told_oldest_first_and_no_others(url: str) -> None:
    found = Asker(url).book(200 * MILLI).trades_between

    assert names(found) == ["at the edge", "second", "third"]


def test_a_trade_is_told_with_all_that_the_exchange_said(url: str) -> None:
    found = Asker(url).book(200 * MILLI).trades_between

    assert found is not None
    assert found.trades[2] == Trade(
        trade_id="third",
        received_at=Micros(START + 200 * MILLI),
        exchange_at=Micros(START + 199 * MILLI),
        yes_price=Price(420_000),
        size=Size(300),
        taker_side=None,
        is_block=False,
    )
    assert [each.taker_side for each in found.trades] == [0, 1, None]


def test_the_exchanges_clock_has_bounds_of_its_own(url: str) -> None:
    found = Asker(url, Clock.EXCHANGE).book(200 * MILLI).trades_between

    assert names(found) == ["at the edge", "second", "third", "known again"]


def test_before_the_first_book_and_after_the_last_the_bounds_are_open(url: str) -> None:
    early, late = Asker(url).book(5 * MILLI), Asker(url).book(10**9)

    assert names(early.trades_between) == []
    assert names(late.trades_between) == []
    assert names(Asker(url, Clock.EXCHANGE).book(5 * MILLI).trades_between) == ["known"]


def test_a_proven_answer_tells_no_trades(url: str) -> None:
    assert Asker(url).book(50 * MILLI).trades_between is None


def test_of_many_trades_the_oldest_hundred_are_shown_and_all_are_counted(
    new_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    url = new_database()
    tape_of(url, tmp_path_factory.mktemp("many"), {"main": RECORDS[:2]})
    run_sql(
        url,
        "INSERT INTO trades (market_id, trade_id, exchange_at, received_at, capture_id,"
        " yes_price, size, taker_side, is_block) SELECT 1, 'trade ' || n, NULL, @100000 - n, 1,"
        " 420000, 100, 0, false FROM generate_series(1, 250) n",
    )

    found = Asker(url).book(200 * MILLI).trades_between

    assert found is not None
    assert (found.count, len(found.trades)) == (250, 100)
    assert [found.trades[at].trade_id for at in (0, 99)] == ["trade 250", "trade 151"]
