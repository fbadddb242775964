"""Tell how much is proven: of one market over an interval, or of all of them day by day."""

from playhead.base.time import Micros
from playhead.history.coverage.clock import Clock
from playhead.history.coverage.days.ports import DayReader
from playhead.history.coverage.days.schemas import DaysView, days_view
from playhead.history.coverage.dependencies import DEFAULT_LIMIT, CoverageQuery, Resume
from playhead.history.coverage.parameters import DEFAULT_DAYS
from playhead.history.coverage.shares import share_text
from playhead.history.coverage.timeline.ports import TimelineReader
from playhead.history.coverage.timeline.schemas import TimelinePage, part_view
from playhead.web.cursors import Cursors
from playhead.web.wire import instant_text


async def read_coverage(
    query: CoverageQuery,
    timelines: TimelineReader,
    days: DayReader,
    *,
    now: Micros,
    cursors: Cursors,
) -> TimelinePage | DaysView:
    """Return a page of one market's stretches if a ticker was sent, else the last days.

    Raises:
        ParameterMisplaced: A parameter has no meaning with a ticker, or without one.
        MarketNotFound: No market of the ticker was ever recorded here.
        IntervalInFuture: ``from`` has not come yet.
        IntervalEmpty: ``to`` is not later than ``from``.
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    query.refuse_misplaced()
    if query.ticker is None:
        return days_view(await days.last(query.days or DEFAULT_DAYS, now=now))
    return await _page(query, query.ticker, timelines, now=now, cursors=cursors)


async def _page(
    query: CoverageQuery, ticker: str, timelines: TimelineReader, *, now: Micros, cursors: Cursors
) -> TimelinePage:
    start, is_first = query.start(now, cursors)
    clock, limit = query.clock or Clock.RECEIVED, query.limit or DEFAULT_LIMIT
    timeline = await timelines.of_market(
        ticker, since=start.at, until=start.until, clock=clock, now=now
    )
    shown, rest = timeline.parts[:limit], timeline.parts[limit:]
    share = share_text(timeline.proven, timeline.gap) if is_first else start.share
    resume = Resume(rest[0].since, start.since, start.until, share) if rest else None
    return TimelinePage(
        ticker=ticker,
        clock=clock.value,
        since=instant_text(start.since),
        until=instant_text(start.until),
        proven_share=share,
        data=[part_view(each, clock) for each in shown],
        next_cursor=None if resume is None else query.next_cursor(resume, cursors),
        has_more=resume is not None,
    )
