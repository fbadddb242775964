"""What the audit endpoints are given."""

from typing import Annotated, Self, cast

from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from playhead.kernel.audit.model import Filters
from playhead.kernel.audit.repository import LAST_NUMBER, AuditReader
from playhead.web import parameters
from playhead.web.cursors import Cursors

Word = Annotated[str, Field(pattern=r"^[a-z_.]{1,60}$")]
Name = Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]


class AuditQuery(parameters.Query):
    """Which entries to list: those at an instant in `[from, to)`."""

    action: Word | None = Field(None, description="What the action starts with, as `member.`.")
    actor: Name | None = Field(None, description="`usr_...` or `key_...`.")
    since: parameters.InstantParameter | None = Field(None, alias="from", description="Inclusive.")
    until: parameters.InstantParameter | None = Field(None, alias="to", description="Exclusive.")
    limit: parameters.Limit = 100
    cursor: parameters.CursorParameter | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise PydanticCustomError("interval_empty", "to must be later than from")
        return self

    def filters(self) -> Filters:
        """Return which entries are asked for."""
        return Filters(self.action, self.actor, self.since, self.until)

    def before(self, cursors: Cursors) -> int | None:
        """Return the last number of the page before, or None.

        Raises:
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        return None if self.cursor is None else cursors.open(self.cursor, int, query=self._bound())

    def cursor_after(self, number: int, cursors: Cursors) -> str:
        """Return the cursor of the page that follows entry ``number``."""
        return cursors.seal(number, query=self._bound())

    def _bound(self) -> dict[str, object]:
        filters = {"action": self.action, "actor": self.actor}
        return {"list": "audit", "from": self.since, "to": self.until, **filters}


class VerifyQuery(parameters.Query):
    """Where to begin."""

    after: int = Field(
        0, ge=0, lt=LAST_NUMBER, description="`next_after` of the pass before; 0 for the beginning."
    )


def install_audit(app: FastAPI, log: AuditReader) -> None:
    """Give the audit endpoints of ``app`` what they read from."""
    app.state.audit = log


async def _log(request: Request) -> AuditReader:
    return cast(AuditReader, request.app.state.audit)


AuditOf = Annotated[AuditReader, Depends(_log)]
AuditAsked = Annotated[AuditQuery, Query()]
VerifyAsked = Annotated[VerifyQuery, Query()]
