"""Runs of changes on the wire: as objects in pages, as lines in a stream."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from msgspec import UNSET, UnsetType

from playhead.history.books import Side, best_levels
from playhead.history.rewind.model import BookAt, ChangeAt, Run, State
from playhead.history.rewind.paging import Page, PageRun, closing
from playhead.history.rewind.schemas import (
    CoverageView,
    Levels,
    coverage_view,
    levels_view,
)
from playhead.history.rewind.texts import price_text, size_text
from playhead.web.wire import Instant, Wire, encode, instant, instant_text

Shown = TypeVar("Shown", bound="ChangeView")
_SIDES = {Side.YES: "yes", Side.NO: "no"}


class ChangeView(Wire, frozen=True, kw_only=True):
    """One change: `delta` contracts more (or, negative, fewer) are bid on `side` at `price`."""

    position: int
    received_at: Instant | None
    exchange_at: Instant | None
    side: str
    price: str
    delta: str


class StartBook(Wire, frozen=True, kw_only=True):
    """The book just before the first change, in the exchange's order (best last)."""

    position: int
    received_at: Instant | None
    exchange_at: Instant | None
    yes: Levels
    no: Levels


class RunHead(Wire, frozen=True, kw_only=True):
    """A stretch `[since, until)` on the clock that was asked."""

    since: Instant
    until: Instant
    coverage: CoverageView


class DataRun(RunHead, frozen=True, kw_only=True, tag_field="kind", tag="data"):
    """A stretch in which every change is known.

    Attributes:
        complete: False when the page was full before its last change: the rest follows on the next
            page in a run of the same `since` and `until`.
        book: With `with_book=true`.
    """

    complete: bool
    book: StartBook | UnsetType | None = UNSET
    changes: list[ChangeView]


class AbsentRun(RunHead, frozen=True, kw_only=True, tag_field="kind", tag="absent"):
    """A stretch of which nothing is known; `coverage.cause` says why."""


class ChangesPage(Wire, frozen=True, kw_only=True):
    """Runs in order, data and absent alternating; a long run comes in consecutive pieces."""

    data: list[DataRun | AbsentRun]
    next_cursor: str | None
    has_more: bool


class DataLine(RunHead, frozen=True, kw_only=True, tag_field="kind", tag="data"):
    """Opens a stretch in which every change is known; its `changes` lines follow."""

    changes: int
    book: StartBook | UnsetType | None = UNSET


class ChangeLine(ChangeView, frozen=True, kw_only=True, tag_field="kind", tag="change"):
    """One change of the run above it."""


class EndLine(Wire, frozen=True, kw_only=True, tag_field="kind", tag="end"):
    """The last line of a stream that is whole."""

    runs: int
    changes: int


def changes_page(page: Page, *, with_book: bool, next_cursor: str | None) -> ChangesPage:
    """Return ``page`` as it is sent."""
    return ChangesPage(
        data=[_run_view(run, with_book=with_book) for run in page.runs],
        next_cursor=next_cursor,
        has_more=next_cursor is not None,
    )


async def change_lines(runs: AsyncIterator[Run], *, with_book: bool) -> AsyncGenerator[bytes, None]:
    """Yield a line for each run and each of its changes, and one that says that this is all."""
    run_count = change_count = 0
    async with closing(runs) as each:
        async for run in each:
            yield encode(_run_line(run, with_book=with_book))
            for change in run.changes:
                yield encode(_change(change, ChangeLine))
            run_count, change_count = run_count + 1, change_count + len(run.changes)
    yield encode(EndLine(runs=run_count, changes=change_count))


def _run_view(part: PageRun, *, with_book: bool) -> DataRun | AbsentRun:
    run = part.run
    since, until = instant_text(run.since), instant_text(run.until)
    coverage = coverage_view(run.coverage)
    if run.coverage.state is State.UNKNOWN:
        return AbsentRun(since=since, until=until, coverage=coverage)
    return DataRun(
        since=since,
        until=until,
        coverage=coverage,
        complete=part.complete,
        book=_start(run.start) if with_book else UNSET,
        changes=[_change(change, ChangeView) for change in run.changes],
    )


def _run_line(run: Run, *, with_book: bool) -> DataLine | AbsentRun:
    since, until = instant_text(run.since), instant_text(run.until)
    coverage = coverage_view(run.coverage)
    if run.coverage.state is State.UNKNOWN:
        return AbsentRun(since=since, until=until, coverage=coverage)
    return DataLine(
        since=since,
        until=until,
        coverage=coverage,
        changes=len(run.changes),
        book=_start(run.start) if with_book else UNSET,
    )


def _start(start: BookAt | None) -> StartBook | None:
    if start is None:
        return None
    return StartBook(
        position=start.position,
        received_at=instant(start.received_at),
        exchange_at=instant(start.exchange_at),
        yes=levels_view(best_levels(start.book.yes)),
        no=levels_view(best_levels(start.book.no)),
    )


def _change(at: ChangeAt, view: type[Shown]) -> Shown:
    return view(
        position=at.position,
        received_at=instant(at.received_at),
        exchange_at=instant(at.exchange_at),
        side=_SIDES[at.change.side],
        price=price_text(at.change.price),
        delta=size_text(at.change.size),
    )
