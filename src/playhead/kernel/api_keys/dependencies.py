"""What the endpoints of API keys are given."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, FastAPI, Query, Request
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from playhead.base.ids import parse_id
from playhead.base.time import Micros, datetime_of
from playhead.kernel.api_keys.bodies import LeakBody
from playhead.kernel.api_keys.desk import KeyDesk
from playhead.kernel.api_keys.errors import IntervalInvalid
from playhead.kernel.api_keys.model import Author
from playhead.kernel.api_keys.report_leak import Report
from playhead.kernel.api_keys.repository import KeyReader
from playhead.kernel.audit import AuditPort
from playhead.kernel.identity.dependencies import CallerDep
from playhead.kernel.identity.model import KEY_PREFIX
from playhead.kernel.mail import MailPort
from playhead.storage.tenants import Tenants
from playhead.web import parameters
from playhead.web.cursors import Cursors
from playhead.web.forwarded import address_block, client_address
from playhead.web.limits import Bucket, Limiting, Rate
from playhead.web.requests import request_id_of

USUAL_DAYS = 30
MOST_DAYS = 366
MOST_USED = 100
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
LEAK_RATE = Rate(count=10, per_seconds=60, burst=10)


def _day(text: object) -> object:
    # A date and nothing else: pydantic would take the seconds since 1970 for one too.
    if isinstance(text, str) and _DAY.fullmatch(text) is None:
        raise PydanticCustomError("day_invalid", "a day looks like 2026-11-21")
    return text


Day = Annotated[date, BeforeValidator(_day)]


@dataclass(frozen=True, slots=True)
class KeyRoom:
    """All that the endpoints of API keys stand on."""

    desk: KeyDesk
    reader: KeyReader
    mail: MailPort
    limiter: Limiting

    @classmethod
    def on(
        cls, tenants: Tenants, *, audit: AuditPort, mail: MailPort, limiter: Limiting
    ) -> "KeyRoom":
        """Return it over a database that is connected as the service role."""
        return cls(KeyDesk(tenants, audit), KeyReader(tenants), mail, limiter)


class KeysQuery(parameters.Query):
    """Which keys to list."""

    revoked: bool = Field(False, description="true lists revoked keys as well.")
    limit: parameters.Limit = 100
    cursor: parameters.CursorParameter | None = None

    def before(self, cursors: Cursors) -> UUID | None:
        """Return the last key of the page before, or None.

        Raises:
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        return None if self.cursor is None else cursors.open(self.cursor, UUID, query=self._bound())

    def cursor_after(self, key_id: UUID, cursors: Cursors) -> str:
        """Return the cursor of the page that follows a key."""
        return cursors.seal(key_id, query=self._bound())

    def _bound(self) -> dict[str, object]:
        return {"list": "api_keys", "revoked": self.revoked}


class UsageQuery(parameters.Query):
    """Which days: those in `[from, to)`, UTC."""

    since: Day | None = Field(None, alias="from", description="Inclusive; 30 days if left out.")
    until: Day | None = Field(None, alias="to", description="Exclusive; tomorrow if left out.")
    limit: int = Field(MOST_USED, ge=1, le=MOST_USED, description="How many keys at most.")
    cursor: parameters.CursorParameter | None = None

    def days(self, now: Micros) -> tuple[date, date]:
        """Return the first day and the day after the last.

        Raises:
            IntervalInvalid: There is none between them, or there are too many.
        """
        until = self.until or datetime_of(now).date() + timedelta(days=1)
        since = self.since or max(until, date.min + timedelta(days=USUAL_DAYS)) - timedelta(
            days=USUAL_DAYS
        )
        if not 0 < (until - since).days <= MOST_DAYS:
            raise IntervalInvalid(MOST_DAYS)
        return since, until

    def before(self, cursors: Cursors) -> UUID | None:
        """Return the last key of the page before, or None.

        Raises:
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        return None if self.cursor is None else cursors.open(self.cursor, UUID, query=self._bound())

    def cursor_after(self, key_id: UUID, cursors: Cursors) -> str:
        """Return the cursor of the page that follows a key."""
        return cursors.seal(key_id, query=self._bound())

    def _bound(self) -> dict[str, object]:
        return {"list": "api_key_usage", "from": self.since, "to": self.until}


def install_api_keys(app: FastAPI, room: KeyRoom) -> None:
    """Give the endpoints of API keys what they stand on."""
    app.state.api_keys = room


async def _room(request: Request) -> KeyRoom:
    return cast(KeyRoom, request.app.state.api_keys)


async def _author(caller: CallerDep) -> Author:
    return Author.of(caller)


async def _key_id(id: Annotated[parameters.PathName, parameters.id_schema(KEY_PREFIX)]) -> UUID:
    return parse_id(KEY_PREFIX, id, field="id")


RoomOf = Annotated[KeyRoom, Depends(_room)]
AuthorDep = Annotated[Author, Depends(_author)]
KeyId = Annotated[UUID, Depends(_key_id)]
KeysAsked = Annotated[KeysQuery, Query()]
UsageAsked = Annotated[UsageQuery, Query()]


async def _slowly(request: Request, room: RoomOf) -> None:
    address = address_block(client_address(request.scope))
    await room.limiter.enforce([Bucket("leak-report", address, LEAK_RATE)], request.scope)


async def _report(request: Request, body: LeakBody) -> Report:
    address = client_address(request.scope)
    return Report(body.key, body.where, address, request_id_of(request.scope))


Slowly = Depends(_slowly)
ReportDep = Annotated[Report, Depends(_report)]
