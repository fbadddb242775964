"""A subscription to books in the hands of a test."""

from typing import Any

import msgspec

from playhead.history.kalshi import BookSnapshot, Subscribed
from playhead.history.recorder.subscription import BookSubscription
from playhead.history.recorder.tallies import Tally
from tests.history.recorder.builders import subscription

Said = list[tuple[int, str, list[str]]]


def said(books: BookSubscription, now: float = 0.0) -> Said:
    """Say what there is to say, as (id, action, tickers)."""
    return [_short(msgspec.json.decode(text)) for text in books.say(now)]


def _short(command: dict[str, Any]) -> tuple[int, str, list[str]]:
    params = command["params"]
    return command["id"], params.get("action", command["cmd"]), params["market_tickers"]


def subscribed(tally: Tally | None = None, tickers: str = "AB", **changes: Any) -> BookSubscription:
    """Return a subscription with the number 7 that holds A and B; the next command is 2."""
    books = subscription(tally, **changes)
    books.want(tickers)
    books.say(0)
    books.hear(Subscribed(id=1, sid=7, channel="orderbook_delta"), 0)
    for ticker in tickers:
        books.hear(snapshot(ticker), 0)
    return books


def snapshot(ticker: str, command_id: int | None = None) -> BookSnapshot:
    return BookSnapshot(sid=7, id=command_id, market_ticker=ticker)
