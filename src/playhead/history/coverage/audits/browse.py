"""List audits, and how many agreed."""

from itertools import groupby

from playhead.base.time import Micros
from playhead.history.coverage.audits.dependencies import AuditsQuery, RatesQuery
from playhead.history.coverage.audits.model import Rate, RatesBy
from playhead.history.coverage.audits.ports import AuditReader
from playhead.history.coverage.audits.schemas import AuditPage, RatePage, audit_view, rate_page
from playhead.web.cursors import Cursors

DEFAULT_LIMIT = 100


async def browse(audits: AuditReader, query: AuditsQuery, cursors: Cursors) -> AuditPage:
    """Return one page of the audits that pass the filters, and the cursor of the next.

    Raises:
        IntervalEmpty: ``to`` is not later than ``from``.
        MarketNotFound: No market of the ticker was ever recorded here.
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    # One more tells whether there is a next page.
    found = await audits.page(query.asked(), before=query.before(cursors), limit=query.limit + 1)
    shown = found[: query.limit]
    has_more = len(found) > query.limit
    return AuditPage(
        data=[audit_view(each) for each in shown],
        next_cursor=query.cursor_after(shown[-1], cursors) if has_more else None,
        has_more=has_more,
    )


async def rates(
    audits: AuditReader, query: RatesQuery, *, now: Micros, cursors: Cursors
) -> RatePage:
    """Return match rates by day, or a page of them by market.

    Raises:
        ParameterMisplaced: A limit or a cursor was sent for rates by day.
        MarketNotFound: No market of the ticker was ever recorded here.
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    if query.by is RatesBy.DAY:
        query.refuse_paging()
        return rate_page(await audits.rates_by_day(query.days, now=now, ticker=query.ticker))
    limit = query.limit or DEFAULT_LIMIT
    found = await audits.rates_by_market(
        query.days, now=now, ticker=query.ticker, after=query.after(cursors), limit=limit + 1
    )
    return _page(found, limit, query, cursors)


def _page(found: list[Rate], limit: int, query: RatesQuery, cursors: Cursors) -> RatePage:
    markets = [list(of_market) for _, of_market in groupby(found, key=lambda rate: rate.ticker)]
    shown = [rate for of_market in markets[:limit] for rate in of_market]
    if len(markets) <= limit:
        return rate_page(shown)
    return rate_page(shown, query.cursor_after(str(shown[-1].ticker), cursors))
