"""Cutting runs into pages: nothing lost, nothing twice, every page's start book right."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.history.books import Side, fold
from playhead.history.rewind import ChangeAt, ChangesMoved, Run
from playhead.history.rewind.paging import Page, Resume, read_page
from tests.history.rewind.builders import absent_run, change, data_run, second

END = second(100)


async def given_runs(runs: Sequence[Run], start: Resume) -> AsyncIterator[Run]:
    for run in runs:
        if run.until > start.since:
            yield run


def page_of(runs: Sequence[Run], start: Resume, limit: int) -> Page:
    return asyncio.run(read_page(given_runs(runs, start), start, limit))


def all_pages(runs: Sequence[Run], limit: int) -> list[Page]:
    pages, start = [], Resume(second(0), END)
    while start is not None:
        pages.append(page_of(runs, start, limit))
        start = pages[-1].resume  # type: ignore[assignment]
    return pages


def changes_of(page: Page) -> list[ChangeAt]:
    return [each for part in page.runs for each in part.run.changes]


@st.composite
def recorded(draw: st.DrawFn) -> list[Run]:
    counts = draw(st.lists(st.one_of(st.none(), st.integers(0, 7)), min_size=1, max_size=8))
    runs, position = [], 1
    for at, count in enumerate(counts):
        if count is None:
            runs.append(absent_run(at, at + 1))
            continue
        sides = draw(st.lists(st.sampled_from(Side), min_size=count, max_size=count))
        changes = [change(position + step, at, side=side) for step, side in enumerate(sides)]
        runs.append(data_run(at, at + 1, *changes))
        position += count
    return runs


@given(runs=recorded(), limit=st.integers(1, 9))
def test_pages_together_hold_every_change_once_in_order(runs: list[Run], limit: int) -> None:
    pages = all_pages(runs, limit)

    assert [each for page in pages for each in changes_of(page)] == [
        each for run in runs for each in run.changes
    ]


@given(runs=recorded(), limit=st.integers(1, 9))
def test_no_page_holds_more_than_its_limit(runs: list[Run], limit: int) -> None:
    for page in all_pages(runs, limit):
        assert len(changes_of(page)) <= limit
        assert len(page.runs) <= limit


@given(runs=recorded(), limit=st.integers(1, 9))
def test_every_run_is_complete_on_exactly_one_page(runs: list[Run], limit: int) -> None:
    parts = [part for page in all_pages(runs, limit) for part in page.runs]

    assert [part.run.since for part in parts if part.complete] == [run.since for run in runs]


@given(runs=recorded(), limit=st.integers(1, 9))
def test_a_page_that_starts_inside_a_run_starts_from_the_book_there(
    runs: list[Run], limit: int
) -> None:
    last_of = {run.since: run for run in runs}
    for page in all_pages(runs, limit):
        for part in page.runs:
            whole, shown = last_of[part.run.since], part.run
            before = whole.changes[: whole.changes.index(shown.changes[0])] if shown.changes else ()
            if whole.start is not None and shown.start is not None:
                expected = fold(whole.start.book, (each.change for each in before))
                assert shown.start.book == expected


def test_a_tape_that_changed_between_pages_is_refused() -> None:
    run = data_run(0, 1, change(1, 0), change(2, 0), change(3, 0))
    first = page_of([run], Resume(second(0), END), 2)
    assert first.resume is not None
    rebuilt = replace(run, changes=(change(1, 0), change(9, 0), change(10, 0)))

    with pytest.raises(ChangesMoved):
        page_of([rebuilt], first.resume, 2)


def test_a_tape_that_vanished_between_pages_is_refused() -> None:
    with pytest.raises(ChangesMoved):
        page_of([], Resume(second(0), END, skip=2, position=2), 2)


def test_a_gap_where_the_page_before_had_data_is_refused() -> None:
    with pytest.raises(ChangesMoved):
        page_of([absent_run(0, 1)], Resume(second(0), END, skip=2, position=2), 2)
