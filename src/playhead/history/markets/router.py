"""Market endpoints."""

from fastapi import APIRouter

from playhead.history.markets.browse import browse
from playhead.history.markets.dependencies import MarketsAsked, MarketsOf
from playhead.history.markets.errors import MarketNotFound
from playhead.history.markets.schemas import MarketPage, MarketView, market_view
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.cursors import CursorInvalid
from playhead.web.openapi import answer
from playhead.web.parameters import PathName
from playhead.web.problems import problems
from playhead.web.state import CursorBox
from playhead.web.wire import JsonBytes, encode

router = APIRouter(prefix="/markets", tags=["markets"], default_response_class=JsonBytes)


@router.get(
    "",
    responses={
        **answer("One page, by ticker.", MarketPage),
        **problems(CursorInvalid, DatabaseUnavailable),
    },
)
async def list_markets(asked: MarketsAsked, markets: MarketsOf, cursors: CursorBox) -> JsonBytes:
    """List the markets that some recording here has seen, each with its coverage."""
    return JsonBytes(encode(await browse(markets, asked, cursors)))


@router.get(
    "/{ticker}",
    responses={
        **answer("The market.", MarketView),
        **problems(MarketNotFound, DatabaseUnavailable),
    },
)
async def read_market(ticker: PathName, markets: MarketsOf) -> JsonBytes:
    """Return one market with its coverage."""
    return JsonBytes(encode(market_view(await markets.find(ticker))))
