"""Records of a capture, made by hand: frames of today's protocol and what surrounds them."""

import json
from typing import Any

from playhead.base.time import Nanos
from playhead.history.capture import Kind, Record
from playhead.history.ingest import Ingest, MarketRegistry

START = 1_795_262_400_000_000  # microseconds


class Forgotten:
    """A source of books for an ingest that never restarted."""

    def levels_at_head(self, market_id: int, from_position: int) -> dict[int, int]:
        """Fail: nothing was forgotten."""
        raise AssertionError("the ingest asked for a book that it should have")


def new_ingest(**options: Any) -> Ingest:
    """An ingest at the start of capture 1."""
    return Ingest(1, Forgotten(), MarketRegistry({}), **options)


def record(
    payload: object = "", *, kind: Kind = Kind.FRAME, at: int | None = 0, connection: int = 1
) -> Record:
    """One record ``at`` microseconds after START."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    received = None if at is None else Nanos((START + at) * 1000)
    return Record(0, 0, kind, received, connection, text.encode())


def frame(type_: str, msg: dict[str, Any] | None = None, **envelope: Any) -> dict[str, Any]:
    """A server frame; ``at`` goes to the record."""
    body: dict[str, Any] = {"type": type_, **envelope}
    return body if msg is None else {**body, "msg": msg}


def snapshot(
    seq: int | None,
    ticker: str = "A",
    *,
    yes: dict[str, str] | None = None,
    no: dict[str, str] | None = None,
    sid: int = 1,
    at: int | None = 0,
    connection: int = 1,
    **envelope: Any,
) -> Record:
    """A snapshot; sides map prices to sizes."""
    msg = {
        "market_ticker": ticker,
        "yes_dollars_fp": list((yes or {}).items()),
        "no_dollars_fp": list((no or {}).items()),
    }
    body = frame("orderbook_snapshot", msg, sid=sid, seq=seq, **envelope)
    return record(body, at=at, connection=connection)


def delta(
    seq: int | None,
    ticker: str = "A",
    *,
    price: str = "0.4200",
    size: str = "5.00",
    side: str = "yes",
    sid: int = 1,
    at: int | None = 0,
    exchange_ms: int | None = None,
    connection: int = 1,
) -> Record:
    """A change of one level."""
    msg: dict[str, Any] = {
        "market_ticker": ticker,
        "price_dollars": price,
        "delta_fp": size,
        "side": side,
    }
    if exchange_ms is not None:
        msg["ts_ms"] = START // 1000 + exchange_ms
    return record(frame("orderbook_delta", msg, sid=sid, seq=seq), at=at, connection=connection)


def ok(
    seq: int | None, *, sid: int = 1, id: int = 9, tickers: list[str] | None = None, at: int = 0
) -> Record:
    """The answer to a command."""
    msg = {} if tickers is None else {"market_tickers": tickers}
    numbers = {"sid": sid} if seq is None else {"sid": sid, "seq": seq}
    return record(frame("ok", msg, id=id, **numbers), at=at)


def mark(kind: Kind, at: int | None = 0, connection: int = 1, **facts: Any) -> Record:
    """What the recorder notes beside frames."""
    return record(facts, kind=kind, at=at, connection=connection)
