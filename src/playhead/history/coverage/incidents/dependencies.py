"""What the incident endpoint is given."""

from typing import Annotated, cast

from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field

from playhead.history.coverage.incidents.model import Asked, Before, Incident
from playhead.history.coverage.incidents.ports import IncidentReader
from playhead.history.coverage.parameters import CauseParameter, IntervalQuery
from playhead.web import parameters
from playhead.web.cursors import Cursors

MAX_LIMIT = 100


class IncidentsQuery(IntervalQuery):
    """Which incidents to list: those noticed in `[from, to)`."""

    cause: CauseParameter | None = None
    is_open: bool | None = Field(
        None,
        alias="open",
        description="true: only those with markets without a book again; false: only others.",
    )
    limit: int = Field(50, ge=1, le=MAX_LIMIT, description="How many at most.")
    cursor: parameters.CursorParameter | None = None

    def asked(self) -> Asked:
        """Return the question.

        Raises:
            IntervalEmpty: ``to`` is not later than ``from``.
        """
        since, until = self.bounds()
        return Asked(since, until, cause=self.cause, is_open=self.is_open)

    def before(self, cursors: Cursors) -> Before | None:
        """Return where the page before ended, or None.

        Raises:
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        if self.cursor is None:
            return None
        return cursors.open(self.cursor, Before, query=self._bound())

    def cursor_after(self, last: Incident, cursors: Cursors) -> str:
        """Return the cursor of the page that follows ``last``."""
        return cursors.seal(last.place, query=self._bound())

    def _bound(self) -> dict[str, object]:
        filters = {"cause": self.cause, "open": self.is_open}
        return {"list": "incidents", "from": self.since, "to": self.until, **filters}


def install_incidents(app: FastAPI, incidents: IncidentReader) -> None:
    """Give the incident endpoint of ``app`` what it reads from."""
    app.state.incidents = incidents


async def _incidents(request: Request) -> IncidentReader:
    return cast(IncidentReader, request.app.state.incidents)


IncidentsOf = Annotated[IncidentReader, Depends(_incidents)]
IncidentsAsked = Annotated[IncidentsQuery, Query()]
