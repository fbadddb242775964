"""Rows of the record, put on a real tape by SQL. Instants are seconds after a fixed start."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from itertools import count
from types import TracebackType

import psycopg

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.books import Book, Price, Side, Size, parse_price, parse_size
from playhead.history.tape import levels_of, levels_to_bytes
from tests.history.rewind.builders import START

Levels = Mapping[str, str]
TABLES = (
    "audits",
    "audit_days",
    "incidents",
    "clock_faults",
    "exchange_states",
    "maintenance",
    "streams",
    "coverage",
    "markets",
    "captures",
)
"""Those of the record, the referring ones first."""


def book(yes: Levels | None = None, no: Levels | None = None) -> Book:
    return Book(yes=_side(yes or {}), no=_side(no or {}))


def book_bytes(shown: Book) -> bytes:
    codes = {price * 2 + side: size for side in Side for price, size in shown.side(side).items()}
    return levels_to_bytes(levels_of(codes))


class Rows(AbstractContextManager["Rows"]):
    """Writes rows; everything that is not said has a sane value."""

    def __init__(self, url: str, start: Micros = START) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._start = start
        self._numbers = count(1)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def at(self, seconds: float | None) -> int | None:
        return None if seconds is None else self._start + round(seconds * MICROS_PER_SECOND)

    def clear(self) -> None:
        for table in TABLES:  # few rows: faster than to truncate
            self._connection.execute(f"DELETE FROM {table}".encode())

    def capture(
        self, number: int = 1, *, started: float | None = 0, ingested: float | None = None
    ) -> None:
        self._add(
            "captures",
            capture_id=number,
            name=f"capture-{number}",
            recorder=f"recorder-{number}",
            last_position=0,
            started_at=self.at(started),
            ingested_at=self.at(ingested),
        )

    def market(
        self,
        ticker: str,
        number: int | None = None,
        *,
        opens: float | None = None,
        closes: float | None = None,
        engine: int | None = None,
    ) -> int:
        market_id = next(self._numbers) if number is None else number
        self._add(
            "markets",
            market_id=market_id,
            ticker=ticker,
            open_at=self.at(opens),
            close_at=self.at(closes),
            exchange_index=engine,
        )
        return market_id

    def interval(
        self,
        market_id: int,
        since: float | None,
        upto: float | None,
        closed_by: str | None = "gap",
        *,
        capture: int = 1,
        connection: int = 1,
        sid: int = 1,
        incident: int | None = None,
        detected: float | None = None,
        exchange: tuple[float, float] | None = None,
    ) -> int:
        """Add an interval of receipt `[since, upto]`; one that nothing closed stays open.

        How far an open one reaches is that of its subscription: see ``stream``.
        """
        position = capture << 36 | next(self._numbers)
        closed = closed_by is not None
        self._add(
            "coverage",
            market_id=market_id,
            from_position=position,
            capture_id=capture,
            connection=connection,
            sid=sid,
            opened_by="snapshot",
            keyframe=book_bytes(book()),
            received_from=self.at(since),
            exchange_from=self.at(exchange[0]) if exchange else None,
            to_position=position + 1 if closed else None,
            received_to=self.at(upto) if closed else None,
            exchange_to=self.at(exchange[1]) if exchange and closed else None,
            closed_by=closed_by,
            detected_at=self.at(detected),
            incident_id=incident,
        )
        return position

    def stream(self, upto: float, *, capture: int = 1, connection: int = 1, sid: int = 1) -> None:
        self._add(
            "streams",
            capture_id=capture,
            connection=connection,
            sid=sid,
            received_to=self.at(upto),
        )

    def fault(
        self, since: float, upto: float | None, *, capture: int = 1, connection: int = 1
    ) -> None:
        self._add(
            "clock_faults",
            capture_id=capture,
            connection=connection,
            received_from=self.at(since),
            received_to=self.at(upto),
            cause="lag",
        )

    def said(self, at: float, is_active: bool, *, engine: int = 0, capture: int = 1) -> None:
        self._add(
            "exchange_states",
            capture_id=capture,
            exchange_index=engine,
            at=self.at(at),
            is_active=is_active,
        )

    def maintenance(self, since: float, until: float) -> None:
        self._add("maintenance", start_at=self.at(since), end_at=self.at(until))

    def incident(
        self,
        cause: str,
        detected: float | None,
        *,
        markets: int = 1,
        healed: int = 0,
        healed_at: float | None = None,
        received_to: float | None = None,
        capture: int = 1,
        connection: int = 1,
        sid: int = 1,
    ) -> int:
        number = capture << 36 | next(self._numbers)
        self._add(
            "incidents",
            incident_id=number,
            capture_id=capture,
            connection=connection,
            sid=sid,
            cause=cause,
            received_to=self.at(received_to),
            detected_at=self.at(detected),
            markets=markets,
            healed=healed,
            healed_at=self.at(healed_at),
        )
        return number

    def audit(
        self,
        market_id: int,
        received: float | None,
        said: Book,
        held: Book | None = None,
        *,
        kind: str = "snapshot",
        capture: int = 1,
    ) -> int:
        """Add an audit; it matches unless another book was held."""
        number = capture << 36 | next(self._numbers)
        self._add(
            "audits",
            audit_id=number,
            capture_id=capture,
            market_id=market_id,
            kind=kind,
            from_position=1,
            position=7,
            asked_at=self.at(None if received is None else received - 1),
            received_at=self.at(received),
            capture_offset=0,
            matches=held is None,
            said=book_bytes(said),
            held=None if held is None else book_bytes(held),
        )
        return number

    def audit_day(
        self, day: str, market_id: int, matches: int, mismatches: int = 0, kind: str = "snapshot"
    ) -> None:
        self._add(
            "audit_days",
            day=day,
            market_id=market_id,
            kind=kind,
            matches=matches,
            mismatches=mismatches,
        )

    def _add(self, table: str, **columns: object) -> None:
        names = ", ".join(columns)
        places = ", ".join(f"%({name})s" for name in columns)
        self._connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({places})".encode(), columns
        )


def _side(levels: Levels) -> dict[Price, Size]:
    return {parse_price(price): parse_size(size) for price, size in levels.items()}
