"""Tickers that somebody may have meant."""

from difflib import get_close_matches

from playhead.history.markets.ports import MarketReader

NEIGHBOURS = 1000
SHOWN = 3


async def near_tickers(ticker: str, markets: MarketReader) -> list[str]:
    """Return at most three recorded tickers that resemble ``ticker``, the nearest first."""
    wanted = ticker.upper()
    series = wanted.partition("-")[0]
    known = {
        market.ticker
        for search, after in ((series, None), (None, wanted[:2]), (None, None))
        for market in await markets.list(
            status=None, event=None, search=search, after=after, limit=NEIGHBOURS
        )
    }
    return get_close_matches(wanted, sorted(known), n=SHOWN)
