"""What the endpoints of the past are given."""

from typing import Annotated, cast

from fastapi import Depends, FastAPI, Header, Query, Request
from pydantic import Field

from playhead.base.errors import Invalid
from playhead.base.time import Micros
from playhead.history.rewind.errors import InstantInFuture
from playhead.history.rewind.model import Clock
from playhead.history.rewind.paging import Resume
from playhead.history.rewind.ports import RewindReader
from playhead.history.rewind.schemas import View
from playhead.web import parameters
from playhead.web.cursors import Cursors
from playhead.web.streaming import wants_lines

MAX_DEPTH = 10_000
DEFAULT_LIMIT = 1000


class EmptyInterval(Invalid):
    """``to`` is not later than ``from``; the interval is `[from, to)`."""

    code = "changes.empty_interval"

    def __init__(self) -> None:
        super().__init__("to must be later than from: the interval is [from, to)", field="to")


class StreamNotPaged(Invalid):
    """A stream gives the whole interval and takes neither ``limit`` nor ``cursor``."""

    code = "changes.stream_not_paged"

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is for pages; a stream gives the whole interval", field=field)


class BookQuery(parameters.Query):
    """Which book, and how to show it."""

    at: parameters.InstantParameter | None = Field(
        None, description="The instant; the newest proven book if left out."
    )
    clock: Clock = Field(Clock.RECEIVED, description="Which time `at` is on.")
    depth: int | None = Field(
        None, ge=1, le=MAX_DEPTH, description="Levels a side; all if left out."
    )
    view: View = Field(
        View.RAW,
        description="`raw`: yes and no bids, ascending (best last), as the exchange keeps them."
        " `yes`: bids and asks in YES prices, best first.",
    )
    strict: bool = Field(
        True, description="false adds the levels of the last known book when `at` is unknown."
    )


class ChangesQuery(parameters.Query):
    """Which changes."""

    since: parameters.InstantParameter = Field(alias="from", description="Inclusive.")
    until: parameters.InstantParameter | None = Field(
        None, alias="to", description="Exclusive; now if left out."
    )
    clock: Clock = Field(Clock.RECEIVED, description="Which time the interval is on.")
    with_book: bool = Field(False, description="Start each run with its book.")
    limit: parameters.Limit | None = Field(
        None, description=f"Changes a page ({DEFAULT_LIMIT} if left out); not for a stream."
    )
    cursor: parameters.CursorParameter | None = None

    def start(self, ticker: str, *, now: Micros, cursors: Cursors) -> Resume:
        """Return where the page starts.

        Raises:
            InstantInFuture: ``from`` has not come yet.
            EmptyInterval: ``to`` is not later than ``from``.
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        if self.cursor is not None:
            return cursors.open(self.cursor, Resume, query=self._bound(ticker))
        return self.whole(now)

    def whole(self, now: Micros) -> Resume:
        """Return the start of the whole interval.

        Raises:
            InstantInFuture: ``from`` has not come yet.
            EmptyInterval: ``to`` is not later than ``from``.
        """
        if self.since > now:
            raise InstantInFuture(at=self.since, now=now, field="from")
        until = now if self.until is None else self.until
        if until <= self.since:
            raise EmptyInterval
        return Resume(since=self.since, until=until)

    def refuse_paging(self) -> None:
        """Refuse what only pages can have.

        Raises:
            StreamNotPaged: A limit or a cursor was sent.
        """
        for name in ("limit", "cursor"):
            if getattr(self, name) is not None:
                raise StreamNotPaged(name)

    def next_cursor(self, ticker: str, resume: Resume | None, cursors: Cursors) -> str | None:
        """Return the cursor of the next page, or None if there is none."""
        return None if resume is None else cursors.seal(resume, query=self._bound(ticker))

    def _bound(self, ticker: str) -> dict[str, object]:
        interval = {"from": self.since, "to": self.until, "clock": self.clock}
        return {"list": "changes", "ticker": ticker, **interval}


def install_rewind(app: FastAPI, rewind: RewindReader) -> None:
    """Give the endpoints of the past of ``app`` what they read from."""
    app.state.rewind = rewind


async def _rewind(request: Request) -> RewindReader:
    return cast(RewindReader, request.app.state.rewind)


async def _wants_lines(accept: Annotated[str, Header(include_in_schema=False)] = "") -> bool:
    return wants_lines(accept)


RewindOf = Annotated[RewindReader, Depends(_rewind)]
WantsLines = Annotated[bool, Depends(_wants_lines)]
BookAsked = Annotated[BookQuery, Query()]
ChangesAsked = Annotated[ChangesQuery, Query()]
