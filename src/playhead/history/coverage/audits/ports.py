"""What the audit endpoints and the page of record read from."""

from typing import Protocol

from playhead.base.time import Micros
from playhead.history.coverage.audits.model import Asked, Audit, Before, Rate


class AuditReader(Protocol):
    """The audits that the recordings here tell of."""

    async def page(self, asked: Asked, *, before: Before | None, limit: int) -> list[Audit]:
        """Return at most ``limit`` audits, the newest first, from ``before`` on."""
        ...

    async def find(self, audit_id: int) -> Audit:
        """Return one audit; raise AuditNotFound if there is none of this id."""
        ...

    async def rates_by_day(
        self, days: int, *, now: Micros, ticker: str | None = None
    ) -> list[Rate]:
        """Return the rates of those of the last ``days`` that had audits, the newest day first."""
        ...

    async def rates_by_market(
        self, days: int, *, now: Micros, ticker: str | None, after: str | None, limit: int
    ) -> list[Rate]:
        """Return the rates over the last ``days`` of at most ``limit`` markets, by ticker."""
        ...
