"""``playhead markets`` over markets in memory."""

import asyncio
import json
from io import StringIO

from rich.console import Console

from playhead.entrypoints.cli.markets import show_markets, show_markets_json
from playhead.entrypoints.cli.readers import Readers
from playhead.history.markets import Market, MarketStatus
from tests.history.markets.fakes import FakeMarkets, market
from tests.history.rewind.builders import second
from tests.history.rewind.fakes import FakeRewind

LIVE = market(
    "KXBTC-26DEC31",
    title="Bitcoin above $200,000 at any time before the end of the year?",
    first_received_at=second(0),
    last_received_at=second(90),
    recording=True,
    events=12345,
)
ENDED = market(
    "KXRAIN-1",
    title="Rain?",
    status=MarketStatus.FINALIZED,
    first_received_at=second(0),
    last_received_at=second(90),
)
UNSEEN = market("KXSNOW-1", title=None)


def shown(
    *known: Market,
    search: str | None = None,
    status: MarketStatus | None = None,
    limit: int = 10,
    as_json: bool = False,
) -> str:
    paper = StringIO()
    console = Console(file=paper, highlight=False, soft_wrap=True, _environ={})
    readers = Readers(FakeRewind(), FakeMarkets(known))
    show = show_markets_json if as_json else show_markets
    asyncio.run(show(console, readers, search=search, status=status, limit=limit))
    return paper.getvalue()


def test_markets_are_a_table() -> None:
    assert shown(LIVE, ENDED, UNSEEN) == (
        "ticker         title                                         status     events"
        "  recorded since        until\n"
        "KXBTC-26DEC31  Bitcoin above $200,000 at any time before t…  active     12,345"
        "  2026-11-21 12:00:00Z  live\n"
        "KXRAIN-1       Rain?                                         finalized       0"
        "  2026-11-21 12:00:00Z  2026-11-21 12:01:30Z\n"
        "KXSNOW-1                                                     active          0"
        "  -                     -\n"
    )


def test_what_the_limit_hides_is_counted() -> None:
    assert shown(LIVE, ENDED, UNSEEN, limit=1).splitlines()[-1] == "1 of 3; --limit shows more"


def test_filters_reach_the_markets() -> None:
    lines = shown(LIVE, ENDED, search="rain", status=MarketStatus.FINALIZED).splitlines()

    assert [line.split()[0] for line in lines] == ["ticker", "KXRAIN-1"]


def test_nothing_found_and_nothing_recorded_are_two_sentences() -> None:
    assert shown(LIVE, search="moon") == "No market matches.\n"
    assert shown() == "No market is recorded yet.\n"


def test_json_is_one_market_a_line() -> None:
    lines = shown(LIVE, ENDED, as_json=True).splitlines()

    assert [json.loads(line)["ticker"] for line in lines] == ["KXBTC-26DEC31", "KXRAIN-1"]
