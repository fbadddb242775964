"""``playhead markets``: what is recorded."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from playhead.entrypoints.cli.readers import Readers, open_readers
from playhead.entrypoints.cli.tables import plain_console, second_text, shown, table_lines
from playhead.entrypoints.settings import load_settings
from playhead.history.markets import Market, MarketStatus
from playhead.history.markets.schemas import market_view

MAX_LIMIT = 10_000
TITLE_WIDTH = 44
HEADINGS = ("ticker", "title", "status", "events", "recorded since", "until")
NUMBERS = {"events"}


def print_markets(
    search: Annotated[str | None, typer.Option(help="A part of ticker or title.")] = None,
    status: Annotated[MarketStatus | None, typer.Option(help="Only markets in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_LIMIT, help="How many at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print the recorded markets: what they are, and from when until when they are known."""
    asyncio.run(_print(search, status, limit, as_json=as_json))


def market_lines(markets: Sequence[Market]) -> list[str]:
    """Return an aligned table with its heading."""
    return table_lines(HEADINGS, [_cells(market) for market in markets], numbers=NUMBERS)


async def show_markets(
    console: Console,
    readers: Readers,
    *,
    search: str | None,
    status: MarketStatus | None,
    limit: int,
) -> None:
    """Print a table, and how many more there are."""
    found = await readers.markets.list(
        status=status, event=None, search=search, after=None, limit=limit
    )
    total = await readers.markets.count(status=status, event=None, search=search)
    if not found:
        console.out("No market matches." if search or status else "No market is recorded yet.")
        return
    heading, *rows = market_lines(found)
    console.print(heading, style="bold")
    console.out("\n".join(rows))
    if total > len(found):
        console.print(f"{len(found):,} of {total:,}; --limit shows more", style="dim")


async def show_markets_json(
    console: Console,
    readers: Readers,
    *,
    search: str | None,
    status: MarketStatus | None,
    limit: int,
) -> None:
    """Print the markets as the API sends them, one a line."""
    found = await readers.markets.list(
        status=status, event=None, search=search, after=None, limit=limit
    )
    for market in found:
        console.out(msgspec.json.encode(market_view(market)).decode())


async def _print(
    search: str | None, status: MarketStatus | None, limit: int, *, as_json: bool
) -> None:
    console = plain_console()
    show = show_markets_json if as_json else show_markets
    async with open_readers(load_settings()) as readers:
        await show(console, readers, search=search, status=status, limit=limit)


def _cells(market: Market) -> tuple[str, ...]:
    return (
        market.ticker,
        shown(market.title or "", TITLE_WIDTH),
        market.status.value,
        f"{market.events:,}",
        second_text(market.first_received_at),
        "live" if market.recording else second_text(market.last_received_at),
    )
