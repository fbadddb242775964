"""One market in two captures at once: one past is told, and told without a hole."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playhead.base.time import Micros
from playhead.history.capture import Kind
from playhead.history.rewind import BookAnswer, Clock, Rewind, Run, State
from playhead.storage.postgres import Database
from tests.history.ingest.frames import START, delta, mark, snapshot
from tests.history.taping import Taping, capture_store, now_micros, write_capture

FIRST = [
    mark(Kind.OPENED),
    snapshot(1, at=10),
    *(delta(n + 2, at=20 + 10 * n) for n in range(10)),
    mark(Kind.CLOSED, at=120, cause="disconnect"),
]
SECOND = [
    mark(Kind.OPENED, at=40),
    snapshot(1, at=55, yes={"0.4200": "20.00"}),
    *(delta(n + 2, at=60 + 10 * n) for n in range(20)),
    mark(Kind.CLOSED, at=300, cause="stall"),
]
LATER = [mark(Kind.OPENED, at=400), snapshot(1, at=450), mark(Kind.ALIVE, at=500)]


@pytest.fixture(scope="module", params=["in order", "the later one first"])
def url(
    request: pytest.FixtureRequest,
    new_database: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    made, folder = new_database(), tmp_path_factory.mktemp("overlaps")
    captures = [FIRST, SECOND, LATER]
    store = capture_store(Path(folder))
    for number, records in enumerate(captures if request.param == "in order" else captures[::-1]):
        write_capture(store, records, name=f"capture-{number}")
    Taping(made, store, events_a_block=8).ingest()
    Taping(made, store, events_a_block=8).seal()
    return made


def book(url: str, at: int) -> BookAnswer:
    async def ask() -> BookAnswer:
        async with Database.open(url) as database:
            instant = Micros(START + at)
            return await Rewind(database).book(
                "A", at=instant, clock=Clock.RECEIVED, now=now_micros()
            )

    return asyncio.run(ask())


def runs(url: str, since: int, until: int) -> list[Run]:
    async def ask() -> list[Run]:
        async with Database.open(url) as database:
            stretch: dict[str, Any] = {
                "since": Micros(START + since),
                "until": Micros(START + until),
            }
            told = Rewind(database).runs("A", **stretch, clock=Clock.RECEIVED, now=now_micros())
            return [run async for run in told]

    return asyncio.run(ask())


def told_by_runs(found: list[Run], at: int) -> int | None:
    """What the changes add up to at an instant; None: unknown."""
    run = next(run for run in found if run.since <= START + at < run.until)
    if run.start is None:
        return None
    changes = [c.change.size for c in run.changes if (c.received_at or 0) <= START + at]
    return sum(run.start.book.yes.values()) + sum(changes)


def test_runs_have_no_hole_and_overlap_nowhere(url: str) -> None:
    found = runs(url, 0, 600)

    assert [run.until for run in found[:-1]] == [run.since for run in found[1:]]
    assert (found[0].since, found[-1].until) == (START, START + 600)


def test_runs_and_books_say_the_same_at_every_instant(url: str) -> None:
    found = runs(url, 0, 600)
    differences = []
    for at in range(0, 600, 5):
        answer = book(url, at)
        known = None if answer.found is None else sum(answer.found.book.yes.values())
        if known != told_by_runs(found, at):
            differences.append((at, known, told_by_runs(found, at)))

    assert differences == []


def test_between_captures_the_cause_is_that_of_the_one_that_reached_furthest(url: str) -> None:
    answer = book(url, 350)

    assert answer.coverage.state is State.UNKNOWN
    assert (answer.coverage.cause, answer.coverage.since) == ("stall", START + 250)
    assert answer.coverage.until == START + 450
