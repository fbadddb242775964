"""A plain replay of captured frames: what the books must be, by the simplest means there are."""

import msgspec

from playhead.history.books import Book, Change, fold
from playhead.history.capture import Kind
from playhead.history.kalshi import BookDelta, BookSnapshot, SequenceTracker, Verdict, parse
from tests.history.recorder.builders import Notebook


def known_books(capture: Notebook) -> dict[str, Book]:
    """Return the books that the capture proves at its end."""
    connections: dict[int, Books] = {}
    for kind, connection, payload in capture.records:
        if kind is Kind.FRAME:
            connections.setdefault(connection, Books()).take(payload)
        elif kind is Kind.CLOSED and msgspec.json.decode(payload)["cause"] != "shutdown":
            connections.pop(connection, None)
    return {ticker: book for books in connections.values() for ticker, book in books.known.items()}


class Books:
    """The books of one connection. A gap makes all of its subscription unknown."""

    def __init__(self) -> None:
        self.known: dict[str, Book] = {}
        self._tracker = SequenceTracker()
        self._sid: int | None = None

    def take(self, frame: bytes) -> None:
        message = parse(frame)
        verdict = self._tracker.check(message.sid, message.seq)
        if verdict is Verdict.DUPLICATE:
            return
        if verdict in (Verdict.GAP, Verdict.BACK) and message.sid == self._sid:
            self.known.clear()
        if isinstance(message, BookSnapshot):
            self._sid = message.sid
            self.known[message.market_ticker] = Book(yes=dict(message.yes), no=dict(message.no))
        elif isinstance(message, BookDelta) and message.market_ticker in self.known:
            change = Change(message.side, message.price, message.change)
            self.known[message.market_ticker] = fold(self.known[message.market_ticker], [change])
