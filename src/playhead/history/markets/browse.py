"""List markets a page at a time."""

import msgspec

from playhead.history.markets.dependencies import MarketsQuery
from playhead.history.markets.model import Market
from playhead.history.markets.ports import MarketReader
from playhead.history.markets.schemas import MarketPage, market_view
from playhead.web.cursors import Cursors


async def browse(markets: MarketReader, asked: MarketsQuery, cursors: Cursors) -> MarketPage:
    """Return one page of the markets that pass the filters, and the cursor of the next.

    Raises:
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    found = await markets.list(
        status=asked.status,
        event=asked.event,
        search=asked.search,
        after=asked.after(cursors),
        limit=asked.limit + 1,  # one more tells whether there is a next page
    )
    page = MarketPage(
        data=[market_view(market) for market in found[: asked.limit]],
        next_cursor=_next(found, asked, cursors),
        has_more=len(found) > asked.limit,
    )
    return await _with_total(page, markets, asked) if asked.include else page


def _next(found: list[Market], asked: MarketsQuery, cursors: Cursors) -> str | None:
    if len(found) <= asked.limit:
        return None
    return asked.cursor_after(found[asked.limit - 1].ticker, cursors)


async def _with_total(page: MarketPage, markets: MarketReader, asked: MarketsQuery) -> MarketPage:
    total = await markets.count(status=asked.status, event=asked.event, search=asked.search)
    return msgspec.structs.replace(page, total=total)
