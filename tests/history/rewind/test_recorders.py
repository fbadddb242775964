"""Two and three recorders of one market: what one missed another tells, and it is said which."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import pytest

from playhead.base.time import Micros
from playhead.history.books import format_price, format_size
from playhead.history.rewind import BookAnswer, Clock, Rewind, Run, State
from playhead.storage.postgres import Database, Session
from tests.history.ingest.frames import START
from tests.history.rewind.recorders import MILLI, Happening, book_at, course, recorded
from tests.history.taping import Taping, capture_store, now_micros, write_capture

LATE = {"main": 400, "second": 2_300, "third": 90}
Known = tuple[str, int, int]


@dataclass(frozen=True)
class Recorded:
    """A tape, what really happened, the intervals that the tape has, and what it answers."""

    url: str
    happened: list[Happening]
    held: dict[Clock, list[Known]]
    answers: dict[Clock, dict[int, BookAnswer]] = field(default_factory=dict)

    def told(self, clock: Clock, at: int) -> str | None:
        """Who must be told at an instant; None: nobody knows it."""
        found = {who for who, since, upto in self.held[clock] if since <= at <= upto}
        return next((who for who in LATE if who in found), None)


@pytest.fixture(scope="module", params=range(4))
def tape(
    request: pytest.FixtureRequest,
    new_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Recorded:
    random, url = Random(request.param), new_database()
    happened = course(random)
    store = capture_store(tmp_path_factory.mktemp("recorders"))
    for name in list(LATE)[: 2 + request.param % 2]:
        write_capture(store, recorded(happened, random, LATE[name]), name=name)
    taping = Taping(url, store, events_a_block=16)
    taping.ingest()
    if request.param % 2:
        taping.seal()
    with Session.open(url) as session:
        rows = session.fetch_all("SELECT * FROM proven WHERE to_position IS NOT NULL")
    made = Recorded(
        url,
        happened,
        {
            Clock.RECEIVED: [(r.recorder, r.received_from, r.received_to) for r in rows],
            Clock.EXCHANGE: [(r.recorder, r.exchange_from, r.exchange_to) for r in rows],
        },
    )
    for clock in Clock:
        made.answers[clock] = answers(made, clock, asked_instants(made, clock))
    return made


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Rewind]:
    async with Database.open(url, connections=1) as database:
        yield Rewind(database)


def answers(tape: Recorded, clock: Clock, instants: Iterable[int]) -> dict[int, BookAnswer]:
    async def ask() -> dict[int, BookAnswer]:
        async with opened(tape.url) as rewind:
            return {
                at: await rewind.book("A", at=Micros(at), clock=clock, now=now_micros())
                for at in instants
            }

    return asyncio.run(ask())


def runs(tape: Recorded, clock: Clock) -> list[Run]:
    async def ask() -> list[Run]:
        since, until = Micros(min(tape.answers[clock])), Micros(max(tape.answers[clock]) + 1)
        async with opened(tape.url) as rewind:
            told = rewind.runs("A", since=since, until=until, clock=clock, now=now_micros())
            return [run async for run in told]

    return asyncio.run(ask())


def asked_instants(tape: Recorded, clock: Clock) -> list[int]:
    """Every edge of every interval, every event, and the microseconds beside them."""
    edges = {at for _, since, upto in tape.held[clock] for at in (since, upto)}
    late = LATE.values() if clock is Clock.RECEIVED else [0]
    edges |= {START + each.at * MILLI + by for each in tape.happened for by in late}
    return sorted({at + by for at in edges for by in (-1, 0, 1)})


def shown(answer: BookAnswer) -> dict[str, int] | None:
    if answer.found is None:
        return None
    yes = answer.found.book.yes
    return {format_price(p): int(format_size(s).removesuffix(".00")) for p, s in yes.items()}


@pytest.mark.parametrize("clock", Clock)
def test_what_any_recorder_knows_is_known_and_it_is_said_who(tape: Recorded, clock: Clock) -> None:
    told = {
        at: answer.certificate and answer.certificate.recorder
        for at, answer in tape.answers[clock].items()
    }

    assert told == {at: tape.told(clock, at) for at in told}
    assert len(set(told.values())) > 2  # nobody, and two of them at least


def test_by_the_exchanges_clock_every_known_book_is_the_exchanges_book(tape: Recorded) -> None:
    wrong = [
        at
        for at, answer in tape.answers[Clock.EXCHANGE].items()
        if answer.found and shown(answer) != book_at(tape.happened, (at - START) // MILLI)
    ]

    assert wrong == []


@pytest.mark.parametrize("clock", Clock)
def test_runs_say_at_every_instant_what_the_book_says(tape: Recorded, clock: Clock) -> None:
    found = runs(tape, clock)

    by_book = [(shown(answer), answer.coverage) for answer in tape.answers[clock].values()]
    by_runs = [
        (told_by_run(run, clock, at), run.coverage)
        for at in tape.answers[clock]
        for run in found
        if run.since <= at < run.until
    ]

    assert by_runs == by_book


def told_by_run(run: Run, clock: Clock, at: int) -> dict[str, int] | None:
    """The book before a run and every change of it up to an instant; a step back stands still."""
    if run.start is None:
        return None
    book = {format_price(p): size // 100 for p, size in run.start.book.yes.items()}
    reached = 0
    for each in run.changes:
        own = each.received_at if clock is Clock.RECEIVED else each.exchange_at
        reached = max(reached, own or 0)
        if reached <= at:
            price = format_price(each.change.price)
            book[price] = book.get(price, 0) + each.change.size // 100
    return {price: size for price, size in book.items() if size}


@pytest.mark.parametrize("clock", Clock)
def test_runs_fit_together_and_each_proven_one_names_its_recorder(
    tape: Recorded, clock: Clock
) -> None:
    found = runs(tape, clock)

    assert [run.until for run in found[:-1]] == [run.since for run in found[1:]]
    proven = [run for run in found if run.coverage.state is State.PROVEN]
    assert [run.coverage.recorder for run in proven] == [
        tape.told(clock, run.since) for run in proven
    ]
    assert all(
        (run.coverage.since or 0) <= run.since and run.until <= (run.coverage.until or 0)
        for run in proven
    )


def test_one_book_has_one_digest_whoever_recorded_it(tape: Recorded) -> None:
    digests: dict[str, set[str | None]] = {}
    recorders: dict[str, set[str]] = {}
    for clock in Clock:
        for answer in tape.answers[clock].values():
            if answer.certificate is not None:
                book = str(sorted((shown(answer) or {}).items()))
                digests.setdefault(book, set()).add(answer.digest)
                recorders.setdefault(book, set()).add(answer.certificate.recorder)

    assert {len(found) for found in digests.values()} == {1}
    assert len({digest for found in digests.values() for digest in found}) == len(digests)
    assert max(map(len, recorders.values())) > 1


def test_a_question_about_the_past_is_answered_the_same_every_time(tape: Recorded) -> None:
    before = tape.answers[Clock.RECEIVED]

    assert answers(tape, Clock.RECEIVED, list(before)[::7]) == dict(list(before.items())[::7])
