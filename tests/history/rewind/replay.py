"""A plain dict replay of raw frames, to hold answers against. It shares no code with the tape."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Sides = tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]


@dataclass(frozen=True)
class Step:
    """One message that changed a market's book, and the book after it."""

    ticker: str
    received_at: int | None
    exchange_at: int | None
    is_snapshot: bool
    book: Sides
    connection: int


def replay(lines: Iterator[dict[str, Any]]) -> Iterator[Step]:
    """Give every book message of a recording in order. Keys: received_at_ns, connection, frame."""
    books: dict[str, Sides] = {}
    for line, message in _messages(lines):
        body = message["msg"]
        ticker = body["market_ticker"]
        if message["type"] == "orderbook_snapshot":
            books[ticker] = (_levels(body, "yes"), _levels(body, "no"))
        else:
            _apply(books[ticker], body)
        received = line["received_at_ns"]
        yield Step(
            ticker,
            None if received is None else received // 1000,
            _instant(body, message),
            message["type"] == "orderbook_snapshot",
            (dict(books[ticker][0]), dict(books[ticker][1])),
            line.get("connection", 1),
        )


def _messages(lines: Iterator[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for line in lines:
        message = json.loads(line["frame"])
        if message.get("type") in ("orderbook_snapshot", "orderbook_delta"):
            yield line, message


def _levels(body: dict[str, Any], side: str) -> dict[Decimal, Decimal]:
    if f"{side}_dollars_fp" in body:
        return {Decimal(p): Decimal(s) for p, s in body[f"{side}_dollars_fp"] or []}
    return {Decimal(p) / 100: Decimal(s) for p, s in body.get(side) or []}


def _apply(book: Sides, body: dict[str, Any]) -> None:
    levels = book[0] if body["side"] == "yes" else book[1]
    exact = "price_dollars" in body
    price = Decimal(body["price_dollars"]) if exact else Decimal(body["price"]) / 100
    size = levels.get(price, Decimal(0)) + Decimal(body["delta_fp" if exact else "delta"])
    if size:
        levels[price] = size
    else:
        levels.pop(price, None)


def _instant(body: dict[str, Any], message: dict[str, Any]) -> int | None:
    if "ts" not in body:
        # A snapshot holds from its sending on, which is told in whole milliseconds.
        sent_ms = message.get("sending_ts_ms")
        return None if sent_ms is None else (sent_ms + 1) * 1000
    elapsed = datetime.fromisoformat(body["ts"]) - datetime(1970, 1, 1, tzinfo=UTC)
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
