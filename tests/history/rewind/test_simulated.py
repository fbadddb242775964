"""Captures of the simulated exchange: every book comes back, at every message, by both clocks.

The exchange runs in the test's own time, so that the same frames come every time.
"""

import asyncio
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from playhead.base.time import MICROS_PER_SECOND, Micros, Nanos
from playhead.history.capture import Kind, Record
from playhead.history.ingest import POSITION_BITS
from playhead.history.rewind import BookAnswer, Clock, Rewind, Run
from playhead.storage.postgres import Database
from tests.chaos.plain import Levels, PlainReplay
from tests.history.exchange.builders import START, Desk, Frame
from tests.history.ingest.frames import mark
from tests.history.rewind.answers import LATER, as_decimals, expected_books, wrong_answers
from tests.history.rewind.replay import Sides, replay
from tests.history.taping import Taping, capture_store, write_capture

MARKETS = 12
BOOKS = 1  # the only subscription
SECONDS = 12
BLOCK = 512
HEALING = 5  # bursts after a loss
AGAIN = (0, HEALING + 1)  # a loss is followed by another as soon as it is healed
QUESTIONS = 1000
SINCE = Micros(START - MICROS_PER_SECOND)
UNTIL = Micros(START + (SECONDS + 1) * MICROS_PER_SECOND)


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "rows"])
def test_every_book_of_a_simulated_capture_comes_back(
    sealed: bool, database_url: str, tmp_path: Path
) -> None:
    records = list(captured(losses=0))
    steps = list(replay(line_of(each) for each in records if each.kind is Kind.FRAME))
    tape_of(records, database_url, tmp_path, sealed=sealed)

    assert len(steps) > 3000
    assert len({step.ticker for step in steps}) == MARKETS
    for clock in Clock:
        books = expected_books(steps, clock)
        if not sealed:
            books = dict(list(books.items())[::5])  # the same questions again: a part will do
        assert asyncio.run(wrong_answers(database_url, books, clock)) == []


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed", "rows"])
def test_nothing_is_said_of_the_books_while_messages_are_missing(
    sealed: bool, database_url: str, tmp_path: Path
) -> None:
    records = list(captured(losses=4))
    plain = PlainReplay(1 << POSITION_BITS).take_all(records)
    tape_of(records, database_url, tmp_path, sealed=sealed)

    assert {each.cause for each in plain.stretches} == {"gap", "end_of_recording"}
    for clock in Clock:
        books = dict(Random(0).sample(list(known_books(plain, clock).items()), QUESTIONS))
        assert None in books.values()
        assert asyncio.run(wrong_answers(database_url, books, clock)) == []


@pytest.mark.parametrize("clock", Clock)
def test_known_and_unknown_runs_fit_together(
    clock: Clock, database_url: str, tmp_path: Path
) -> None:
    records = list(captured(losses=4))
    plain = PlainReplay(1 << POSITION_BITS).take_all(records)
    tape_of(records, database_url, tmp_path, sealed=True)

    for ticker in {each.ticker for each in plain.stretches}:
        runs = asyncio.run(runs_of(database_url, ticker, clock))
        assert all(run.since < run.until for run in runs)
        assert [run.since for run in runs] == [SINCE, *(run.until for run in runs)][: len(runs)]
        assert [run.start is not None for run in runs] == [
            plain.book_at(ticker, run.since, exchange=clock is Clock.EXCHANGE) is not None
            for run in runs
        ]


@pytest.mark.parametrize("clock", Clock)
def test_the_newest_proven_book_is_found_past_a_loss_that_left_an_instant_to_nobody(
    clock: Clock, database_url: str, tmp_path: Path
) -> None:
    records = until_proof_of_nothing(captured(losses=4))
    plain = PlainReplay(1 << POSITION_BITS).take_all(records)
    tape_of(records, database_url, tmp_path, sealed=False)

    for ticker in {each.ticker for each in plain.stretches}:
        answer = asyncio.run(newest_of(database_url, ticker, clock))
        book = plain.book_at(ticker, answer.at, exchange=clock is Clock.EXCHANGE)
        assert answer.found is not None
        assert book is not None
        assert as_decimals(answer.found.book) == sides_of(book)


async def newest_of(url: str, ticker: str, clock: Clock) -> BookAnswer:
    async with Database.open(url, connections=1) as database:
        return await Rewind(database).book(ticker, at=None, clock=clock, now=LATER)


def until_proof_of_nothing(records: Iterator[Record]) -> list[Record]:
    """The start of a capture whose last snapshot proves no instant of the exchange's clock."""
    plain, taken = PlainReplay(0), []
    for record in records:
        taken.append(record)
        plain.take_all([record])
        if any(each.ended and not each.has_instant(exchange=True) for each in plain.stretches):
            break
    return [*taken, mark(Kind.CLOSED, SECONDS * MICROS_PER_SECOND, cause="disconnect")]


async def runs_of(url: str, ticker: str, clock: Clock) -> list[Run]:
    async with Database.open(url, connections=1) as database:
        runs = Rewind(database).runs(ticker, since=SINCE, until=UNTIL, clock=clock, now=LATER)
        return [run async for run in runs]


def captured(*, losses: int) -> Iterator[Record]:
    """Some seconds of books; frames come in bursts, many at one instant, and our clock errs."""
    random = Random(losses)
    desk = Desk(seed=11, markets=40, rate=600)
    tickers = desk.tickers[:MARKETS]
    lossy = {at + again for at in random.sample(range(20, SECONDS * 20), losses) for again in AGAIN}
    yield mark(Kind.OPENED, use_yes_price=False)
    yield from received(desk.subscribe("orderbook_delta", market_tickers=tickers), desk, random)
    for burst in range(SECONDS * 20):
        if burst in lossy:
            desk.lose_next(BOOKS)
        yield from received(desk.pass_time(0.05), desk, random)
        if burst - HEALING in lossy:
            healing = desk.update(BOOKS, "get_snapshot", market_tickers=tickers)
            yield from received(healing, desk, random)
    yield mark(Kind.FINISHED, SECONDS * MICROS_PER_SECOND, cause="end_of_recording")


def received(frames: list[Frame], desk: Desk, random: Random) -> Iterator[Record]:
    """The frames of one burst; now and then the clock steps back a little."""
    at = desk.simulation.now + random.randint(-2_000, 20_000)
    for frame in frames:
        at += random.choice([0, 0, 0, 1, 40])
        payload = json.dumps(frame).encode()
        yield Record(0, 0, Kind.FRAME, Nanos(at * 1000), 1, payload)


def tape_of(records: list[Record], url: str, folder: Path, *, sealed: bool) -> None:
    store = capture_store(folder)
    write_capture(store, records)
    taping = Taping(url, store, events_a_block=BLOCK)
    taping.ingest()
    if sealed:
        assert taping.seal() > MARKETS


def line_of(record: Record) -> dict[str, object]:
    return {"received_at_ns": record.received_at, "frame": record.payload.decode()}


def known_books(plain: PlainReplay, clock: Clock) -> dict[tuple[str, int], Sides | None]:
    """The book, or that nothing is known, at every change and beside the ends of what is known."""
    exchange = clock is Clock.EXCHANGE
    books: dict[tuple[str, int], Sides | None] = {}
    for stretch in plain.stretches:
        assert stretch.ended is not None
        clocks = [stretch.began, stretch.ended, *(step.clocks for step in stretch.steps)]
        reached = {at for each in clocks if (at := each.by(exchange)) is not None}
        for at in {at + aside for at in reached for aside in (-1, 0, 1)}:
            known = plain.book_at(stretch.ticker, at, exchange=exchange)
            books[stretch.ticker, at] = None if known is None else sides_of(known)
    return books


def sides_of(levels: Levels) -> Sides:
    yes, no = (
        {
            Decimal(price) / 10**6: Decimal(size) / 100
            for (side, price), size in levels.items()
            if side == wanted
        }
        for wanted in ("yes", "no")
    )
    return yes, no
