"""Comparisons of rebuilt books with what the exchange said they are."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from playhead.base.time import Micros
from playhead.history.books import Book


class AuditKind(StrEnum):
    """How the exchange was asked."""

    SNAPSHOT = "snapshot"
    """`get_snapshot` over the socket: exact, in sequence."""
    REST = "rest"
    """`GET /markets/orderbooks`: some moment between question and answer."""


class RatesBy(StrEnum):
    """What match rates are summed up by."""

    DAY = "day"
    MARKET = "market"


class Before(msgspec.Struct, frozen=True, array_like=True):
    """Where a page of audits goes on: at those that come after this one, the newest first."""

    received_at: Micros
    audit_id: int = -1


@dataclass(frozen=True, slots=True)
class Asked:
    """Which audits: those whose answer came in `[since, until)`; None: whatever it is."""

    since: Micros
    until: Micros
    ticker: str | None = None
    kind: AuditKind | None = None
    matches: bool | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """One comparison.

    Attributes:
        position: The event after which the book was compared, or agreed.
        asked_at, received_at: Between these the exchange answered, by our clock.
        exchange_at: When, by the exchange's.
        said: The book that the exchange told.
        held: The book that we had rebuilt.
    """

    audit_id: int
    ticker: str
    kind: AuditKind
    matches: bool
    position: int
    asked_at: Micros | None
    received_at: Micros | None
    exchange_at: Micros | None
    capture: str
    recorder: str
    said: Book
    held: Book

    @property
    def place(self) -> Before:
        """Where it stands in the list, which only holds audits that our clock can place."""
        assert self.received_at is not None
        return Before(self.received_at, self.audit_id)


@dataclass(frozen=True, slots=True)
class Rate:
    """How many audits of one kind agreed, of one day or of one market (the other is None)."""

    day: date | None
    ticker: str | None
    kind: AuditKind
    matches: int
    mismatches: int
