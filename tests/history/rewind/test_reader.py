"""Questions about the past, asked of a real tape with gaps, ties and long runs."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from playhead.base.time import Micros
from playhead.history.capture import Kind, Record
from playhead.history.rewind import (
    BookAnswer,
    ChangesMoved,
    Clock,
    InstantInFuture,
    Rewind,
    Run,
    State,
)
from playhead.history.tape import TapeReader
from playhead.storage.postgres import Database
from tests.history.ingest.frames import START, delta, mark, ok, snapshot
from tests.history.taping import Taping, capture_store, now_micros, write_capture

BLOCK = 64
EVENTS = 300
PROVEN = 297  # of them: those of the last instant before the gap are not


def a_past() -> Iterator[Record]:
    """Known 10..999 (each instant three events), a gap, known from 5000 on, silent from 5100.

    Of the instant 1000 the last message before the gap tells only that there may have been more.
    """
    yield mark(Kind.OPENED)
    yield snapshot(1, at=10)
    for n in range(EVENTS):
        yield delta(n + 2, size="1.00", at=10 * (n // 3 + 1), exchange_ms=n)
    yield delta(EVENTS + 9, size="1.00", at=4000)
    yield snapshot(EVENTS + 10, id=3, at=5000, yes={"0.1000": "7.00"})
    yield delta(EVENTS + 11, size="2.00", at=5050)
    yield ok(EVENTS + 12, at=5100)


@pytest.fixture(scope="module", params=["rows", "sealed"])
def url(
    request: pytest.FixtureRequest,
    new_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    made = new_database()
    store = capture_store(tmp_path_factory.mktemp("past"))
    write_capture(store, a_past())
    taping = Taping(made, store, events_a_block=BLOCK)
    taping.ingest()
    if request.param == "sealed":
        assert taping.seal() > 3
    return made


def instant(at: int) -> Micros:
    return Micros(START + at)


def book(url: str, at: int | None, clock: Clock = Clock.RECEIVED) -> BookAnswer:
    async def ask() -> BookAnswer:
        async with Database.open(url) as database:
            asked = None if at is None else instant(at)
            return await Rewind(database).book("A", at=asked, clock=clock, now=now_micros())

    return asyncio.run(ask())


def runs(url: str, since: int, until: int) -> list[Run]:
    async def ask() -> list[Run]:
        async with Database.open(url) as database:
            stretch: dict[str, Any] = {"since": instant(since), "until": instant(until)}
            given = Rewind(database).runs("A", **stretch, clock=Clock.RECEIVED, now=now_micros())
            return [run async for run in given]

    return asyncio.run(ask())


def size_at(answer: BookAnswer) -> int:
    assert answer.found is not None
    return sum(answer.found.book.yes.values()) // 100


@pytest.mark.parametrize(("at", "events"), [(10, 3), (19, 3), (20, 6), (500, 150), (999, 297)])
def test_every_event_of_an_instant_is_in_the_book_of_that_instant(
    url: str, at: int, events: int
) -> None:
    assert size_at(book(url, at)) == events


def test_an_instant_before_the_recording_names_the_first_book(url: str) -> None:
    answer = book(url, 5)

    assert answer.coverage.cause == "before_recording"
    assert answer.last_known is None
    assert answer.next_known is not None
    assert answer.coverage.until == instant(10)


def test_inside_a_gap_the_books_around_it_are_named_and_none_is_given(url: str) -> None:
    answer = book(url, 3000)

    assert (answer.found, answer.coverage.state) == (None, State.UNKNOWN)
    assert (answer.coverage.cause, answer.coverage.since) == ("gap", instant(1000))
    assert answer.last_known is not None
    assert answer.next_known is not None
    assert sum(answer.last_known.book.yes.values()) == PROVEN * 100
    assert list(answer.next_known.book.yes.values()) == [700]


def test_after_the_last_sign_of_life_the_book_is_not_yet_recorded(url: str) -> None:
    assert size_at(book(url, 5099)) == 9
    assert book(url, 5100).coverage.cause == "not_yet_recorded"


def test_without_an_instant_the_newest_proven_book_is_given(url: str) -> None:
    answer = book(url, None)

    assert (answer.at, size_at(answer)) == (instant(5099), 9)


def test_the_future_is_refused(url: str) -> None:
    with pytest.raises(InstantInFuture):
        book(url, 10**15)


def test_the_exchange_clock_has_its_own_instants(url: str) -> None:
    assert size_at(book(url, 100_000, Clock.EXCHANGE)) == 101


def test_a_book_that_became_known_while_it_was_asked_is_given(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    real = TapeReader.point

    async def too_early(self: TapeReader, *args: Any, **options: Any) -> Any:
        asked.append(args)
        return None if len(asked) == 1 else await real(self, *args, **options)

    monkeypatch.setattr(TapeReader, "point", too_early)

    assert size_at(book(url, 5099)) == 9


def test_changes_whose_interval_is_gone_before_they_are_read_are_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*args: Any, **options: Any) -> None:
        return None

    monkeypatch.setattr(TapeReader, "point_in", gone)

    with pytest.raises(ChangesMoved):
        runs(url, 500, 700)


def test_runs_cover_the_asked_stretch_without_a_hole_and_name_what_is_absent(url: str) -> None:
    found = runs(url, 0, 6000)

    edges = [run.since for run in found] + [found[-1].until]
    assert edges == [instant(0)] + [run.until for run in found]
    absent = [run.coverage.cause for run in found if run.coverage.state is State.UNKNOWN]
    assert absent == ["before_recording", "gap", "not_yet_recorded"]


def test_runs_hold_every_change_once_and_in_order(url: str) -> None:
    found = runs(url, 0, 6000)
    changes = [change for run in found for change in run.changes]

    assert len(changes) == PROVEN + 1
    assert [c.position for c in changes] == sorted({c.position for c in changes})
    assert all(
        run.since <= (change.received_at or 0) < run.until
        for run in found
        for change in run.changes
    )


def test_a_run_that_begins_inside_an_interval_starts_with_the_book_of_that_moment(url: str) -> None:
    first = runs(url, 500, 700)[0]

    assert first.start is not None
    assert sum(first.start.book.yes.values()) == 49 * 3 * 100
    assert first.changes[0].position == first.start.position + 1


def test_each_piece_of_a_run_continues_the_book_of_the_one_before(url: str) -> None:
    pieces = [run for run in runs(url, 10, 1001) if run.coverage.state is State.PROVEN]
    starts = [sum(run.start.book.yes.values()) for run in pieces if run.start is not None]
    held = [0]
    for run in pieces:
        held.append(held[-1] + sum(change.change.size for change in run.changes))

    assert starts == held[:-1]
