"""Questions to a small tape, in microseconds after its start."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TypeVar

from playhead.base.time import Micros
from playhead.history.capture import Record
from playhead.history.rewind import BookAnswer, Clock, Rewind, Run
from playhead.storage.postgres import Database, Session
from tests.history.ingest.frames import START
from tests.history.taping import Taping, capture_store, now_micros, write_capture

Told = tuple[str | None, int | None, int | None]
"""Why nothing is known (None: proven), since when and until when."""
Found = TypeVar("Found")


def tape_of(url: str, folder: Path, captures: dict[str, list[Record]]) -> None:
    """Bring captures, by recorder, on to the tape."""
    store = capture_store(folder)
    for name, records in captures.items():
        write_capture(store, records, name=name)
    Taping(url, store, events_a_block=16).ingest()


def run_sql(url: str, *statements: str) -> None:
    """Change a tape by hand; ``@12`` in a statement is microsecond 12."""
    with Session.open(url) as session:
        for statement in statements:
            session.execute(statement.replace("@", f"{START} + "))


class Asker:
    """Asks about market A."""

    def __init__(self, url: str, clock: Clock = Clock.RECEIVED) -> None:
        self._url = url
        self._clock = clock

    def book(self, at: int | None) -> BookAnswer:
        """The answer for one instant; None: the newest."""
        return self.books([at])[at]

    def books(self, instants: Iterable[int | None]) -> dict[int | None, BookAnswer]:
        """The answers for many instants."""

        async def ask(rewind: Rewind) -> dict[int | None, BookAnswer]:
            return {
                at: await rewind.book(
                    "A", at=None if at is None else _micros(at), clock=self._clock, now=now_micros()
                )
                for at in instants
            }

        return asyncio.run(self._asking(ask))

    def runs(self, since: int, until: int) -> list[Run]:
        """The runs of a stretch."""

        async def ask(rewind: Rewind) -> list[Run]:
            told = rewind.runs(
                "A", since=_micros(since), until=_micros(until), clock=self._clock, now=now_micros()
            )
            return [run async for run in told]

        return asyncio.run(self._asking(ask))

    async def _asking(self, ask: Callable[[Rewind], Awaitable[Found]]) -> Found:
        async with Database.open(self._url, connections=1) as database:
            return await ask(Rewind(database))


def stretch(answer: BookAnswer) -> Told:
    """What an answer rests on."""
    coverage = answer.coverage
    return coverage.cause, _after_start(coverage.since), _after_start(coverage.until)


def stretches(runs: Iterable[Run]) -> list[Told]:
    """What runs rest on, with the bounds that were asked for."""
    return [(run.coverage.cause, _after_start(run.since), _after_start(run.until)) for run in runs]


def _micros(at: int) -> Micros:
    return Micros(START + at)


def _after_start(at: Micros | None) -> int | None:
    return None if at is None else at - START
