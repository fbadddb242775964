"""What the audit endpoints are given."""

from typing import Annotated, cast

from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field

from playhead.history.coverage.audits.model import Asked, Audit, AuditKind, Before, RatesBy
from playhead.history.coverage.audits.ports import AuditReader
from playhead.history.coverage.errors import ParameterMisplaced
from playhead.history.coverage.parameters import DEFAULT_DAYS, Days, IntervalQuery
from playhead.web import parameters
from playhead.web.cursors import Cursors

MAX_LIMIT = 200
"""Each audit is two whole books."""

AuditId = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]


class AuditsQuery(IntervalQuery):
    """Which audits to list: those whose answer came in `[from, to)`."""

    ticker: parameters.PathName | None = None
    kind: AuditKind | None = None
    matches: bool | None = Field(None, description="false: only the mismatches.")
    limit: int = Field(50, ge=1, le=MAX_LIMIT, description="How many at most.")
    cursor: parameters.CursorParameter | None = None

    def asked(self) -> Asked:
        """Return the question.

        Raises:
            IntervalEmpty: ``to`` is not later than ``from``.
        """
        since, until = self.bounds()
        return Asked(since, until, ticker=self.ticker, kind=self.kind, matches=self.matches)

    def before(self, cursors: Cursors) -> Before | None:
        """Return where the page before ended, or None.

        Raises:
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        if self.cursor is None:
            return None
        return cursors.open(self.cursor, Before, query=self._bound())

    def cursor_after(self, last: Audit, cursors: Cursors) -> str:
        """Return the cursor of the page that follows ``last``."""
        return cursors.seal(last.place, query=self._bound())

    def _bound(self) -> dict[str, object]:
        filters = {"ticker": self.ticker, "kind": self.kind, "matches": self.matches}
        return {"list": "audits", "from": self.since, "to": self.until, **filters}


class RatesQuery(parameters.Query):
    """Which match rates."""

    by: RatesBy = RatesBy.DAY
    days: Days = DEFAULT_DAYS
    ticker: parameters.PathName | None = None
    limit: parameters.Limit | None = Field(
        None, description="Markets a page (100 if left out); only with `by=market`."
    )
    cursor: parameters.CursorParameter | None = Field(None, description="Only with `by=market`.")

    def refuse_paging(self) -> None:
        """Refuse what only rates by market can have.

        Raises:
            ParameterMisplaced: A limit or a cursor was sent.
        """
        for name in ("limit", "cursor"):
            if getattr(self, name) is not None:
                raise ParameterMisplaced(name, "has a meaning only with by=market")

    def after(self, cursors: Cursors) -> str | None:
        """Return the last ticker of the page before, or None.

        Raises:
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        if self.cursor is None:
            return None
        return cursors.open(self.cursor, str, query=self._bound())

    def cursor_after(self, ticker: str, cursors: Cursors) -> str:
        """Return the cursor of the page that follows ``ticker``."""
        return cursors.seal(ticker, query=self._bound())

    def _bound(self) -> dict[str, object]:
        return {"list": "rates", "by": self.by, "days": self.days, "ticker": self.ticker}


def install_audits(app: FastAPI, audits: AuditReader) -> None:
    """Give the audit endpoints of ``app`` what they read from."""
    app.state.audits = audits


async def _audits(request: Request) -> AuditReader:
    return cast(AuditReader, request.app.state.audits)


AuditsOf = Annotated[AuditReader, Depends(_audits)]
AuditsAsked = Annotated[AuditsQuery, Query()]
RatesAsked = Annotated[RatesQuery, Query()]
