"""Books, trades and candles as templates ask for them; which markets are meant."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from playhead.automation.timeline import (
    Candle,
    CandleInterval,
    IntervalInvalid,
    MarketUnknown,
    Selector,
)
from playhead.base.time import Micros
from playhead.entrypoints.timeline import TapeTimeline
from playhead.history.capture import Kind
from playhead.storage.postgres import Database
from playhead.storage.roles import service_url
from tests.entrypoints.timeline.taping import at, growing, lifecycle, trade
from tests.history.ingest.frames import delta, mark, snapshot

SECOND = 1_000_000
MINUTE = 60 * SECOND


@pytest.fixture(scope="module")
def tape(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tape with a gap, some trades and some markets; the address is of those who serve."""
    records = [
        mark(Kind.OPENED),
        lifecycle("determined", "KXNBA-1-OLD", at=0),
        snapshot(1, "KXNBA-1-A", yes={"0.6000": "5.00", "0.5500": "1.00"}, no={"0.3900": "2.00"}),
        snapshot(2, "KXNBAX-1", at=1),
        delta(3, "KXNBA-1-A", price="0.6000", size="2.50", at=10 * SECOND),
        trade(1, "KXNBA-1-A", at=20 * SECOND, price="0.6000"),
        trade(2, "KXNBA-1-A", at=40 * SECOND, price="0.6500"),
        trade(3, "KXNBA-1-A", at=50 * SECOND, price="0.5500"),
        trade(4, "KXNBA-1-A", at=130 * SECOND, price="0.5800"),
        delta(4, "KXNBAX-1", price="0.1000", at=100 * SECOND),
        delta(9, "KXNBA-1-A", price="0.6000", size="1.00", at=140 * SECOND),
        mark(Kind.CLOSED, at=150 * SECOND, cause="disconnect"),
    ]
    with growing(module_database_url, tmp_path_factory.mktemp("tape")) as grown:
        grown.add(records)
    return service_url(module_database_url, None)


def ask(url: str, question: Callable[[TapeTimeline], Awaitable[object]]) -> object:
    async def answer() -> object:
        async with Database.open(url, connections=1) as database:
            return await question(TapeTimeline(database, lambda: at(200 * SECOND)))

    return asyncio.run(answer())


def test_a_book_is_told_with_its_proof(tape: str) -> None:
    async def question(timeline: TapeTimeline) -> None:
        book = await timeline.book("KXNBA-1-A", at(60 * SECOND))
        assert book.known
        assert book.yes == ((600_000, 750), (550_000, 100))
        assert (book.best_yes_bid, book.best_yes_ask, book.spread) == (600_000, 610_000, 10_000)
        assert book.mid_halves == 1_210_000
        assert book.received_at == at(10 * SECOND)
        assert str(book.digest).startswith("sha256:")

    ask(tape, question)


def test_a_book_that_is_not_known_says_why(tape: str) -> None:
    async def question(timeline: TapeTimeline) -> None:
        book = await timeline.book("KXNBA-1-A", at(145 * SECOND))
        assert (book.known, book.cause, book.yes, book.best_yes_bid) == (False, "gap", (), None)
        with pytest.raises(MarketUnknown):
            await timeline.book("NOBODY", at(0))

    ask(tape, question)


def test_the_newest_trades_come_oldest_first(tape: str) -> None:
    async def question(timeline: TapeTimeline) -> None:
        trades = await timeline.trades("KXNBA-1-A", until=at(50 * SECOND), most=2)
        assert [(each.trade_id, each.yes_price) for each in trades] == [
            ("t2", 650_000),
            ("t3", 550_000),
        ]
        assert await timeline.trades("KXNBA-1-A", until=at(0), most=5) == []

    ask(tape, question)


def test_candles_are_made_of_trades(tape: str) -> None:
    async def question(timeline: TapeTimeline) -> None:
        minute = CandleInterval.of("1m")
        candles = await timeline.candles(
            "KXNBA-1-A", until=at(130 * SECOND), interval=minute, most=3
        )
        assert candles == [
            Candle(at(0), at(MINUTE), 600_000, 650_000, 550_000, 550_000, 900, 3),
            Candle(at(2 * MINUTE), at(3 * MINUTE), 580_000, 580_000, 580_000, 580_000, 300, 1),
        ]
        early = await timeline.candles("KXNBA-1-A", until=at(45 * SECOND), interval=minute, most=1)
        assert [(each.close, each.count) for each in early] == [(650_000, 2)]

    ask(tape, question)


def test_an_interval_that_there_is_not_is_refused() -> None:
    with pytest.raises(IntervalInvalid):
        CandleInterval.of("7m")


def test_a_series_has_the_markets_that_begin_with_it_and_a_dash(tape: str) -> None:
    async def question(timeline: TapeTimeline) -> None:
        series = Selector(series="KXNBA")
        every = await timeline.resolve(series, most=10)
        live = await timeline.resolve(series, most=10, only_live=True)
        named = await timeline.resolve(Selector(tickers=("KXNBAX-1", "NOBODY")), most=10)
        assert [each.ticker for each in every] == ["KXNBA-1-A", "KXNBA-1-OLD"]
        assert [each.ticker for each in live] == ["KXNBA-1-A"]
        assert [each.ticker for each in named] == ["KXNBAX-1"]
        assert await timeline.resolve(Selector(), most=10) == []

    ask(tape, question)


def test_what_went_wrong_is_told_once(tape: str) -> None:
    async def question(timeline: TapeTimeline) -> None:
        _, now = await timeline.gaps(None, most=10)
        gaps, told = await timeline.gaps({}, most=10)
        assert [each.cause for each in gaps] == ["gap"]
        assert gaps[0].markets == 2
        assert gaps[0].detected_at == Micros(at(140 * SECOND))
        assert told == now
        assert await timeline.gaps(told, most=10) == ([], told)

    ask(tape, question)
