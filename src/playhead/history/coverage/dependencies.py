"""What the coverage endpoint is given."""

from typing import Annotated, cast

import msgspec
from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field

from playhead.base.time import Micros
from playhead.history.coverage.clock import Clock
from playhead.history.coverage.days.ports import DayReader
from playhead.history.coverage.errors import (
    IntervalEmpty,
    IntervalInFuture,
    ParameterMisplaced,
)
from playhead.history.coverage.parameters import DEFAULT_DAYS, Days, IntervalQuery
from playhead.history.coverage.shares import MICROS_PER_DAY
from playhead.history.coverage.timeline.ports import TimelineReader
from playhead.web import parameters
from playhead.web.cursors import Cursors

DEFAULT_LIMIT = 100
_OF_ONE_MARKET = ("since", "until", "clock", "limit", "cursor")


class Resume(msgspec.Struct, frozen=True, array_like=True):
    """Where a page starts, within which interval, and the share that is proven of all of that."""

    at: Micros
    since: Micros
    until: Micros
    share: str | None = None


class CoverageQuery(IntervalQuery):
    """Of one market over an interval, or of all of them day by day."""

    ticker: parameters.PathName | None = Field(
        None, description="The market; left out: the days of all markets."
    )
    since: parameters.InstantParameter | None = Field(
        None, alias="from", description="Inclusive; a day before `to` if left out."
    )
    until: parameters.InstantParameter | None = Field(
        None, alias="to", description="Exclusive; now if left out."
    )
    clock: Clock | None = Field(
        None, description="Which time the interval is on; `received` if left out."
    )
    limit: parameters.Limit | None = Field(
        None, description=f"Stretches a page ({DEFAULT_LIMIT} if left out)."
    )
    cursor: parameters.CursorParameter | None = None
    days: Days | None = Field(
        None, description=f"Only without a ticker; {DEFAULT_DAYS} if left out, today among them."
    )

    def refuse_misplaced(self) -> None:
        """Refuse what has no meaning with a ticker, or without one.

        Raises:
            ParameterMisplaced: Such a parameter was sent.
        """
        if self.ticker is not None and self.days is not None:
            raise ParameterMisplaced("days", "has a meaning only without a ticker")
        if self.ticker is None:
            for name in _OF_ONE_MARKET:
                if getattr(self, name) is not None:
                    field = type(self).model_fields[name].alias or name
                    raise ParameterMisplaced(field, "has a meaning only with a ticker")

    def start(self, now: Micros, cursors: Cursors) -> tuple[Resume, bool]:
        """Return where the page starts, and whether it is the first.

        Raises:
            IntervalInFuture: ``from`` has not come yet.
            IntervalEmpty: ``to`` is not later than ``from``.
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        if self.cursor is not None:
            return cursors.open(self.cursor, Resume, query=self._bound()), False
        if self.since is not None and self.since > now:
            raise IntervalInFuture(at=self.since, now=now)
        until = now if self.until is None else self.until
        since = Micros(max(0, until - MICROS_PER_DAY)) if self.since is None else self.since
        if until <= since:
            raise IntervalEmpty
        return Resume(since, since, until), True

    def next_cursor(self, resume: Resume, cursors: Cursors) -> str:
        """Return the cursor of the page that starts with ``resume``."""
        return cursors.seal(resume, query=self._bound())

    def _bound(self) -> dict[str, object]:
        interval = {"from": self.since, "to": self.until, "clock": self.clock}
        return {"list": "coverage", "ticker": self.ticker, **interval}


def install_coverage(app: FastAPI, *, timelines: TimelineReader, days: DayReader) -> None:
    """Give the coverage endpoint of ``app`` what it reads from."""
    app.state.timelines = timelines
    app.state.days = days


async def _timelines(request: Request) -> TimelineReader:
    return cast(TimelineReader, request.app.state.timelines)


async def _days(request: Request) -> DayReader:
    return cast(DayReader, request.app.state.days)


TimelinesOf = Annotated[TimelineReader, Depends(_timelines)]
DaysOf = Annotated[DayReader, Depends(_days)]
CoverageAsked = Annotated[CoverageQuery, Query()]
