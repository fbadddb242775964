"""Keep books with pykalshi and note each after every message: PORT KEY_FILE JOURNAL TICKER..."""

import asyncio
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from journal import Journal  # type: ignore[import-not-found]
from pykalshi import AsyncKalshiClient  # type: ignore[import-not-found]
from pykalshi.orderbook import OrderbookManager  # type: ignore[import-not-found]


class Books(defaultdict[str, Any]):
    def __missing__(self, ticker: str) -> Any:
        self[ticker] = OrderbookManager(ticker)
        return self[ticker]


async def main(port: str, key_file: str, journal_file: str, tickers: list[str]) -> None:
    client = AsyncKalshiClient(
        api_key_id="peer",
        private_key_path=key_file,
        api_base=f"http://127.0.0.1:{port}/trade-api/v2",
    )
    books = Books()
    async with client:
        await read_by_rest(client, tickers)
        feed = client.feed()
        feed._ws_url = f"ws://127.0.0.1:{port}/trade-api/ws/v2"
        feed.subscribe("orderbook_delta", market_tickers=tickers)
        with Journal(Path(journal_file)) as journal:
            async for message in feed:
                ticker = message.market_ticker
                apply(books[ticker], message)
                journal.note(ticker, books[ticker].yes, books[ticker].no)


async def read_by_rest(client: Any, tickers: list[str]) -> None:
    listed = {market.ticker for market in await client.get_markets(limit=1000, fetch_all=True)}
    assert listed.issuperset(tickers)
    assert (await client.get_market(tickers[0])).ticker == tickers[0]


def apply(book: Any, message: Any) -> None:
    if hasattr(message, "yes_dollars"):
        book.apply_snapshot(message.yes_dollars, message.no_dollars)
    else:
        book.apply_delta(message.side, message.price_dollars, message.delta_fp)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
