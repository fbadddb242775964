"""Keep books with kalshi-sdk and note each after every message: PORT KEY_FILE JOURNAL TICKER..."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from journal import Journal  # type: ignore[import-not-found]
from kalshi.auth import KalshiAuth  # type: ignore[import-not-found]
from kalshi.client import KalshiClient  # type: ignore[import-not-found]
from kalshi.config import KalshiConfig  # type: ignore[import-not-found]
from kalshi.ws.client import KalshiWebSocket  # type: ignore[import-not-found]


async def main(port: str, key_file: str, journal_file: str, tickers: list[str]) -> None:
    config = KalshiConfig(
        base_url=f"http://127.0.0.1:{port}/trade-api/v2",
        ws_base_url=f"ws://127.0.0.1:{port}/trade-api/ws/v2",
    )
    auth = KalshiAuth.from_key_path("peer", key_file)
    await asyncio.to_thread(read_by_rest, auth, config, tickers)
    web_socket = KalshiWebSocket(auth=auth, config=config)
    with Journal(Path(journal_file)) as journal:

        @web_socket.on("orderbook_delta")  # type: ignore[untyped-decorator]
        async def note(message: Any) -> None:
            # Called inside the receive loop, before the next message is applied.
            ticker = message.msg.market_ticker
            book = web_socket._orderbook_mgr.get(ticker)
            yes = {level.price: level.quantity for level in book.yes}
            no = {level.price: level.quantity for level in book.no}
            journal.note(ticker, yes, no)

        async with web_socket.connect() as session:
            async for _ in await session.subscribe_orderbook_delta(tickers=tickers):
                pass


def read_by_rest(auth: Any, config: Any, tickers: list[str]) -> None:
    with KalshiClient(auth=auth, config=config) as client:
        listed = {market.ticker for market in client.markets.list_all(limit=100)}
        assert listed.issuperset(tickers)
        assert client.markets.get(tickers[0]).ticker == tickers[0]
        client.markets.orderbook(tickers[0])
        assert list(client.events.list_all(limit=50))
        assert client.exchange.status().trading_active


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
