"""The markets of the tape: the only module of markets that knows their table."""

from playhead.history.markets.errors import MarketNotFound
from playhead.history.markets.model import Market, MarketStatus
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database, Row, Transaction

SQL = load_sql(__package__)
Page = list[Market]


class Markets:
    """Finds markets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @staticmethod
    async def number(connection: Transaction, ticker: str) -> int:
        """Return our number of the market ``ticker``.

        Raises:
            MarketNotFound: It was never recorded here.
        """
        row = await connection.fetch_optional(SQL.number, ticker=ticker)
        if row is None:
            raise MarketNotFound(ticker)
        number: int = row.market_id
        return number

    async def find(self, ticker: str) -> Market:
        """Return one market.

        Raises:
            MarketNotFound: It was never recorded here.
        """
        found = await self._page(ticker=ticker)
        if not found:
            raise MarketNotFound(ticker)
        return found[0]

    async def list(
        self,
        *,
        status: MarketStatus | None = None,
        event: str | None = None,
        search: str | None = None,
        after: str | None = None,
        limit: int,
    ) -> Page:
        """Return markets in order of ticker, those after ``after``.

        ``search`` is looked for in ticker and title, whatever its case.
        """
        return await self._page(status=status, event=event, search=search, after=after, limit=limit)

    async def count(
        self,
        *,
        status: MarketStatus | None = None,
        event: str | None = None,
        search: str | None = None,
    ) -> int:
        """Return how many markets there are."""
        async with self._database.reading() as connection:
            row = await connection.fetch_optional(
                SQL.count, status=status, event=event, search=search
            )
        assert row is not None
        total: int = row.total
        return total

    async def _page(
        self,
        *,
        status: str | None = None,
        event: str | None = None,
        search: str | None = None,
        after: str | None = None,
        ticker: str | None = None,
        limit: int = 1,
    ) -> Page:
        async with self._database.reading() as connection:
            rows = await connection.fetch_all(
                SQL.page,
                status=status,
                event=event,
                search=search,
                after=after,
                ticker=ticker,
                limit=limit,
            )
        return [_market(row) for row in rows]


def _market(row: Row) -> Market:
    return Market(
        market_id=row.market_id,
        ticker=row.ticker,
        event_ticker=row.event_ticker,
        title=row.title,
        status=MarketStatus(row.status),
        open_at=row.open_at,
        close_at=row.close_at,
        first_received_at=row.first_received_at,
        last_received_at=row.last_received_at,
        recording=row.recording,
        events=row.events,
    )
