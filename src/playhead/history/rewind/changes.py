"""Give the changes of an interval, a page at a time or all in one stream."""

from collections.abc import AsyncGenerator

from playhead.base.time import Micros
from playhead.history.rewind.change_schemas import ChangesPage, change_lines, changes_page
from playhead.history.rewind.dependencies import DEFAULT_LIMIT, ChangesQuery
from playhead.history.rewind.paging import read_page
from playhead.history.rewind.ports import RewindReader
from playhead.web.cursors import Cursors


async def page_changes(
    rewind: RewindReader, ticker: str, asked: ChangesQuery, *, now: Micros, cursors: Cursors
) -> ChangesPage:
    """Return one page, and the cursor of the next.

    Raises:
        EmptyInterval: ``to`` is not later than ``from``.
        CursorInvalid: The cursor is none of ours, or of another query.
        ChangesMoved: The tape was rebuilt since the page before.
    """
    start = asked.start(ticker, now=now, cursors=cursors)
    runs = rewind.runs(ticker, since=start.since, until=start.until, clock=asked.clock, now=now)
    page = await read_page(runs, start, asked.limit or DEFAULT_LIMIT)
    cursor = asked.next_cursor(ticker, page.resume, cursors)
    return changes_page(page, with_book=asked.with_book, next_cursor=cursor)


def stream_changes(
    rewind: RewindReader, ticker: str, asked: ChangesQuery, *, now: Micros
) -> AsyncGenerator[bytes, None]:
    """Return the lines of the whole interval.

    Raises:
        EmptyInterval: ``to`` is not later than ``from``.
        StreamNotPaged: A limit or a cursor was sent.
    """
    asked.refuse_paging()
    whole = asked.whole(now)
    runs = rewind.runs(ticker, since=whole.since, until=whole.until, clock=asked.clock, now=now)
    return change_lines(runs, with_book=asked.with_book)
