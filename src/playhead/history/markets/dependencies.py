"""What the market endpoints are given."""

from typing import Annotated, Literal, cast

from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field

from playhead.history.markets.model import MarketStatus
from playhead.history.markets.ports import MarketReader
from playhead.web import parameters
from playhead.web.cursors import Cursors


class MarketsQuery(parameters.Query):
    """Which markets to list."""

    status: MarketStatus | None = None
    event: parameters.PathName | None = Field(None, description="The ticker of their event.")
    search: parameters.SearchText | None = Field(None, description="A part of ticker or title.")
    limit: parameters.Limit = 100
    cursor: parameters.CursorParameter | None = None
    include: Literal["total"] | None = None

    def after(self, cursors: Cursors) -> str | None:
        """Return the last ticker of the page before, or None.

        Raises:
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        return self.cursor and cursors.open(self.cursor, str, query=self._bound())

    def cursor_after(self, ticker: str, cursors: Cursors) -> str:
        """Return the cursor of the page that follows ``ticker``."""
        return cursors.seal(ticker, query=self._bound())

    def _bound(self) -> dict[str, object]:
        filters = {"status": self.status, "event": self.event, "search": self.search}
        return {"list": "markets", **filters}


def install_markets(app: FastAPI, markets: MarketReader) -> None:
    """Give the market endpoints of ``app`` what they read from."""
    app.state.markets = markets


async def _markets(request: Request) -> MarketReader:
    return cast(MarketReader, request.app.state.markets)


MarketsOf = Annotated[MarketReader, Depends(_markets)]
MarketsAsked = Annotated[MarketsQuery, Query()]
