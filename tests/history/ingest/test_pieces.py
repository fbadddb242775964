"""Any prefix of a capture and then the rest is the whole, wherever it is cut."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from playhead.history.capture import Kind, Record
from playhead.history.ingest import draft, follow, live
from playhead.history.tape import TapeContent
from playhead.storage.postgres import Session
from tests.history.ingest.frames import START, delta, mark, ok, record, snapshot
from tests.history.ingest.test_audits import answer, ask
from tests.history.ingest.test_causes import CENTS, TENTHS, grid, status, trade
from tests.history.taping import Taping, capture_store, write_capture

BLOCK = 8
LONG = 1_000_000
TICKERS = ("BB", "A", "C")  # as a table would not sort them
CAUSES = ("disconnect", "stall", "shutdown")
HAPPENINGS = (
    *("change",) * 6,
    *("silent change", "snapshot", "ok", "pong", "double", "error", "removed", "closed"),
    *("lost", "resent") * 3,
    *("asked", "answered") * 2,
    *("off grid", "crossed", "late", "clock back", "unreadable", "grid", "trade", "status"),
    "restart",
)

happening = st.tuples(
    st.sampled_from(HAPPENINGS), st.sampled_from(TICKERS), st.sampled_from((1, 2, 3, 5, 8, -1, -2))
)
happenings = st.lists(happening, min_size=15, max_size=60)
cuts = st.lists(st.tuples(st.sampled_from((1, 1, 2, 3)), st.booleans()), min_size=10, max_size=25)
HEALED_AFTER_A_CUT = [("change", "A", 1), ("change", "C", 2), ("lost", "A", 1), ("resent", "C", 2)]
ANSWERED_AFTER_A_CUT = [
    *(("change", each, 1) for each in TICKERS),
    ("asked", "A", 1),
    ("answered", "A", 1),
]


class Teller:
    """Makes records of happenings: what a recorder could have captured."""

    def __init__(self) -> None:
        self.at = 0
        self._connection = 1
        self._seq = 0
        self._sent = 0
        self._sizes: dict[str, int] = {}

    def tell(self, what: str, ticker: str, number: int) -> Iterator[Record]:
        """The records of one happening; ``number`` is a size, a time, whatever it needs."""
        self.at += abs(number) - 1
        if what in ("closed", "restart"):
            kind = Kind.CLOSED if what == "closed" else Kind.STARTED
            yield self._mark(kind, cause=CAUSES[number % 3])
            yield from self._connect()
        elif what == "pong":
            yield self._mark(Kind.ALIVE)
        elif what == "removed":
            yield from self._remove(ticker)
        elif what == "error":
            body = {"type": "error", "sid": 1, "seq": self._next(), "msg": {"code": 25}}
            yield record(body, at=self.at, connection=self._connection)
            self._seq, self._sizes = 0, {}
        elif what == "ok":
            yield ok(self._next(), at=self.at) if self._connection == 1 else self._mark(Kind.ALIVE)
        elif what in ("asked", "answered", "grid", "status", "trade"):
            yield self._around(what, ticker, number)
        elif what == "unreadable":
            self._next()
            yield record('{"type":"orderbook_de', at=self.at, connection=self._connection)
        else:
            yield from self._market(what, ticker, number)

    def _around(self, what: str, ticker: str, number: int) -> Record:
        """What comes beside the books: REST, and another subscription."""
        if what == "asked":
            return ask(*TICKERS, at=self.at)
        if what == "answered":
            self.at += LONG * (number == 5)
            sizes = {each: self._sizes.get(each, 0) + (number == 8) for each in TICKERS}
            books = {each: level(size) for each, size in sizes.items()}
            return answer(books, at=self.at)
        if what == "grid":
            return grid(ticker, CENTS if number > 0 else TENTHS, at=self.at)
        if what == "status":
            return status(self.at, trades=number > 2)
        return trade(f"t{number}", at=self.at)

    def _market(self, what: str, ticker: str, number: int) -> Iterator[Record]:
        if what == "lost":
            self._next()
            self._sizes = {}
        if ticker not in self._sizes or what in ("snapshot", "resent"):
            size = self._sizes.get(ticker, 0) if what == "resent" else abs(number)
            self._sizes[ticker] = size
            yield self._snapshot(ticker, size, id=7 if what == "resent" else None)
            return
        seq = self._seq if what == "double" else self._next()
        if what in ("off grid", "crossed"):
            price = "0.4250" if what == "off grid" else "0.6000"
            yield delta(
                seq, ticker, price=price, side="no", at=self.at, connection=self._connection
            )
            return
        if what != "double":
            self._sizes[ticker] += number
        if what == "late":
            yield self._late(seq, ticker, number)
            return
        self.at -= LONG * (what == "clock back")
        yield delta(
            seq,
            ticker,
            size=f"{number}.00",
            at=self.at,
            exchange_ms=None if what == "silent change" else self.at - number,
            connection=self._connection,
        )

    def _late(self, seq: int, ticker: str, number: int) -> Record:
        """A change that took longer than others, or longer still."""
        body = json.loads(delta(seq, ticker, size=f"{number}.00").payload)
        took = (self.at + LONG * abs(number) * 3) // 1000
        told = body | {"sending_ts_ms": START // 1000 - took}
        return record(told, at=self.at, connection=self._connection)

    def _snapshot(self, ticker: str, size: int, id: int | None) -> Record:
        levels = level(size)
        echo: dict[str, Any] = {} if id is None else {"id": id}
        return snapshot(
            self._next(), ticker, yes=levels, at=self.at, connection=self._connection, **echo
        )

    def _remove(self, ticker: str) -> Iterator[Record]:
        self._sent += 1
        params = {"action": "delete_markets", "sids": [1], "market_tickers": [ticker]}
        yield record(
            {"id": self._sent, "cmd": "update_subscription", "params": params},
            kind=Kind.SENT,
            at=self.at,
            connection=self._connection,
        )
        answer = {"id": self._sent, "sid": 1, "seq": self._next(), "type": "ok", "msg": {}}
        yield record(answer, at=self.at, connection=self._connection)
        self._sizes.pop(ticker, None)

    def _connect(self) -> Iterator[Record]:
        self._connection += 1
        self._seq, self._sizes = 0, {}
        yield self._mark(Kind.OPENED, use_yes_price=False)

    def _mark(self, kind: Kind, **facts: object) -> Record:
        return mark(kind, self.at, self._connection, **facts)

    def _next(self) -> int:
        self._seq += 1
        return self._seq


def level(size: int) -> dict[str, str]:
    return {"0.4200": f"{size}.00"} if size > 0 else {}


def told(happened: Iterable[tuple[str, str, int]]) -> list[Record]:
    """A capture in which all this happened."""
    teller = Teller()
    records = [each for one in happened for each in teller.tell(*one)]
    return [*records, mark(Kind.FINISHED, teller.at, 0, cause="end_of_recording")]


@pytest.fixture(scope="module")
def databases(new_database: Callable[[], str]) -> tuple[str, str]:
    return new_database(), new_database()


@contextmanager
def in_small(urls: Iterable[str]) -> Iterator[Path]:
    """Runs, keyframes and batches of a few events, so that every edge is met; empty tapes."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(live, "EVENTS_A_SEGMENT", 5)
        patch.setattr(draft, "EVENTS_A_KEYFRAME", 3)
        for url in urls:
            with Session.open(url) as session:
                TapeContent(session).empty()
        yield Path(folder)


@settings(max_examples=25, deadline=None)
@example(happened=HEALED_AFTER_A_CUT, pieces=[(1, False)] * 4)
@example(happened=ANSWERED_AFTER_A_CUT, pieces=[(1, False)] * 6)
@example(happened=[("change", "A", 1)] * 6, pieces=[(1, False)] * 6)
@given(happened=happenings, pieces=cuts)
def test_any_prefix_and_then_the_rest_is_the_whole(
    databases: tuple[str, str],
    happened: list[tuple[str, str, int]],
    pieces: list[tuple[int, bool]],
) -> None:
    with in_small(databases) as folder:
        store = capture_store(folder)
        write_capture(store, told(happened))
        whole, pieced = (Taping(url, store, events_a_block=BLOCK) for url in databases)
        whole.ingest()
        in_pieces(pieced, pieces)

        # What is sealed early is dropped early; the rest is where it would have been.
        assert keyframes(databases[1]) <= keyframes(databases[0])
        if not any(seals for _, seals in pieces):
            assert keyframes(databases[1]) == keyframes(databases[0])
        whole.seal()
        pieced.seal()
        assert pieced.fingerprint() == whole.fingerprint()


def keyframes(url: str) -> set[tuple[Any, ...]]:
    """The whole books on the way, which certificates name."""
    with Session.open(url) as session:
        rows = session.fetch_all(
            "SELECT ticker, before_position, k.position, levels"
            "  FROM keyframes k JOIN markets USING (market_id)"
        )
    return {tuple(row) for row in rows}


def in_pieces(taping: Taping, pieces: Iterable[tuple[int, bool]]) -> None:
    """Ingest so many records, end the ingest, perhaps seal, and again; at last all the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(follow, "BATCH_BYTES", 1)  # a commit for every record
        for records, seals in pieces:
            taping.ingest(batches=records)
            if seals:
                taping.seal()
    taping.ingest()
