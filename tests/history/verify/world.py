"""A small exchange and recorder that err in every way, and the capture they leave. Made of moves.

Nothing is told of what is right: the ingest and the derivation each say what the records prove.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from playhead.base.time import Nanos
from playhead.history.capture import Kind, Record

START = 1_795_262_400_000_000  # microseconds
TICKERS = ("A", "B")
PRICES = ("0.1000", "0.2000", "0.3000")
KINDS = (
    *("add", "add", "add", "add", "take", "take", "audit", "audit"),
    *("copy", "lose", "lose_silently", "torn", "pong", "reply", "bare_reply", "trade"),
    *("remove", "subscribe", "reconnect", "restart", "back", "undated", "unnumbered"),
)


@dataclass(frozen=True)
class Move:
    """One thing that happens, ``passed`` microseconds after the one before by our clock, and dated
    ``dated`` microseconds from then by the exchange's."""

    kind: str
    market: int
    price: int
    passed: int
    dated: int


@dataclass
class World:
    """Turns moves into records."""

    records: list[Record] = field(default_factory=list)
    books: dict[str, dict[str, int]] = field(default_factory=lambda: {t: {} for t in TICKERS})
    at: int = START
    connection: int = 0
    seq: int = 0
    command: int = 10
    newest: str = "{}"

    def play(self, moves: Iterable[Move]) -> list[Record]:
        """Return the records of a whole capture."""
        self._note(Kind.STARTED, connection=0)
        self._connect()
        for move in moves:
            self.at += move.passed
            getattr(self, f"_{move.kind}")(TICKERS[move.market], PRICES[move.price], move.dated)
        self._note(Kind.FINISHED, connection=0, cause="end_of_recording")
        return self.records

    def _add(self, ticker: str, price: str, dated: int, size: int = 5) -> None:
        self.books[ticker][price] = self.books[ticker].get(price, 0) + size
        self._change(ticker, price, size, at=self.at + dated)

    def _take(self, ticker: str, price: str, dated: int) -> None:
        if self.books[ticker].get(price):
            self._add(ticker, price, dated, -min(3, self.books[ticker][price]))

    def _undated(self, ticker: str, price: str, dated: int) -> None:
        self.books[ticker][price] = self.books[ticker].get(price, 0) + 5
        self._change(ticker, price, 5, at=None)

    def _unnumbered(self, ticker: str, price: str, dated: int) -> None:
        self._add(ticker, price, dated)
        self._say({**json.loads(self.newest), "seq": None})

    def _audit(self, ticker: str, price: str, dated: int) -> None:
        self.command += 1
        self._snapshot(ticker, sent=dated % 2 == 0, id=self.command)

    def _copy(self, *_: object) -> None:
        self._frame(self.newest)

    def _lose(self, ticker: str, price: str, dated: int) -> None:
        kept = len(self.records)
        self._add(ticker, price, dated)
        del self.records[kept:]

    def _lose_silently(self, ticker: str, price: str, dated: int) -> None:
        self.books[ticker][price] = self.books[ticker].get(price, 0) + 5

    def _back(self, *_: object) -> None:
        self.seq = max(0, self.seq - 3)

    def _torn(self, *_: object) -> None:
        self._frame(self.newest[: len(self.newest) // 2])

    def _pong(self, *_: object) -> None:
        self._note(Kind.ALIVE)

    def _reply(self, *_: object) -> None:
        self._say({"type": "ok", "sid": 1, "seq": self._next(), "id": 1})

    def _bare_reply(self, *_: object) -> None:
        self._say({"type": "ok", "sid": 1, "id": 1})

    def _trade(self, *_: object) -> None:
        self._say({"type": "ok", "sid": 2, "seq": 1, "id": 1})

    def _remove(self, ticker: str, price: str, dated: int) -> None:
        self.command += 1
        params = {"action": "delete_markets", "sids": [1], "market_tickers": [ticker]}
        self._note(Kind.SENT, id=self.command, cmd="update_subscription", params=params)
        self._say({"type": "ok", "sid": 1, "seq": self._next(), "id": self.command})

    def _subscribe(self, ticker: str, price: str, dated: int) -> None:
        self._snapshot(ticker, sent=dated % 2 == 0)

    def _reconnect(self, ticker: str, price: str, dated: int) -> None:
        if dated % 3:  # else the end of the old one is never noted
            self._note(Kind.CLOSED, cause="disconnect")
        self._connect()

    def _restart(self, *_: object) -> None:
        self._note(Kind.STARTED, connection=0)
        self._connect()

    def _connect(self) -> None:
        self.connection += 1
        self.seq = 0
        self._note(Kind.OPENED, use_yes_price=False)
        for ticker in TICKERS:
            self._snapshot(ticker, sent=True)

    def _snapshot(self, ticker: str, *, sent: bool, **envelope: Any) -> None:
        levels = [[p, f"{size}.00"] for p, size in sorted(self.books[ticker].items()) if size]
        body = {"market_ticker": ticker, "yes_dollars_fp": levels, "no_dollars_fp": []}
        if sent:
            envelope["sending_ts_ms"] = self.at // 1000 - 1
        self._say(
            {"type": "orderbook_snapshot", "sid": 1, "seq": self._next(), "msg": body, **envelope}
        )

    def _change(self, ticker: str, price: str, size: int, *, at: int | None) -> None:
        body: dict[str, Any] = {
            "market_ticker": ticker,
            "price_dollars": price,
            "delta_fp": f"{size}.00",
            "side": "yes",
        }
        if at is not None:
            body["ts_ms"] = at // 1000
        self._say({"type": "orderbook_delta", "sid": 1, "seq": self._next(), "msg": body})

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def _say(self, message: dict[str, Any]) -> None:
        self.newest = json.dumps({k: v for k, v in message.items() if v is not None})
        self._frame(self.newest)

    def _frame(self, text: str) -> None:
        self._keep(Kind.FRAME, text, self.connection)

    def _note(self, kind: Kind, connection: int | None = None, **facts: object) -> None:
        number = self.connection if connection is None else connection
        self._keep(kind, json.dumps(facts), number)

    def _keep(self, kind: Kind, text: str, connection: int) -> None:
        self.records.append(Record(0, 0, kind, Nanos(self.at * 1000), connection, text.encode()))
