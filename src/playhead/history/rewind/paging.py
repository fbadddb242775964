"""Cut runs of changes into pages and go on where a page ended. Pure but for the reading."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import msgspec

from playhead.base.time import Micros
from playhead.history.books import fold
from playhead.history.rewind.errors import ChangesMoved
from playhead.history.rewind.model import BookAt, Run


class Resume(msgspec.Struct, frozen=True, array_like=True):
    """Where a page starts: at ``since``, past ``skip`` changes, the last one at ``position``."""

    since: Micros
    until: Micros
    skip: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class PageRun:
    """A run, or as much of one as the page had room for (then not ``complete``)."""

    run: Run
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """Runs, and where the next page starts; None when this was the last."""

    runs: list[PageRun]
    resume: Resume | None


@asynccontextmanager
async def closing(runs: AsyncIterator[Run]) -> AsyncIterator[AsyncIterator[Run]]:
    """Close ``runs`` afterwards, also when it is left early."""
    try:
        yield runs
    finally:
        if isinstance(runs, AsyncGenerator):
            await runs.aclose()


async def read_page(runs: AsyncIterator[Run], start: Resume, limit: int) -> Page:
    """Return the first ``limit`` changes of ``runs``; a run without changes takes the room of one.

    Args:
        runs: The runs of ``[start.since, start.until)``.
        start: Where the page before ended.
        limit: At least 1.

    Raises:
        ChangesMoved: What the page before ended with is no longer there.
    """
    taken: list[PageRun] = []
    room, skipped = limit, start.skip
    async with closing(runs) as each:
        async for whole in each:
            if room == 0:
                return Page(taken, Resume(since=whole.since, until=start.until))
            run = _past(whole, start) if skipped else whole
            if len(run.changes) > room:
                taken.append(PageRun(_first(run, room), complete=False))
                return Page(taken, _within(whole, skipped + room, start.until))
            taken.append(PageRun(run))
            room -= max(1, len(run.changes))
            skipped = 0
    if skipped:
        raise ChangesMoved
    return Page(taken, None)


def _past(run: Run, start: Resume) -> Run:
    """Return what of ``run`` follows the changes already sent, from the book after them."""
    sent = run.changes[: start.skip]
    if len(sent) < start.skip or sent[-1].position != start.position or run.start is None:
        raise ChangesMoved
    last = sent[-1]
    book = fold(run.start.book, (each.change for each in sent))
    at = BookAt(last.position, last.received_at, last.exchange_at, book)
    return replace(run, start=at, changes=run.changes[start.skip :])


def _first(run: Run, room: int) -> Run:
    return replace(run, changes=run.changes[:room])


def _within(run: Run, sent: int, until: Micros) -> Resume:
    return Resume(run.since, until, sent, run.changes[sent - 1].position)
