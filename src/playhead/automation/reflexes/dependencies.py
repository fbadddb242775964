"""What the endpoints of reflexes are given."""

from dataclasses import dataclass
from typing import Annotated, cast
from uuid import UUID

from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field

from playhead.automation.reflexes.bodies import RehearsalBody
from playhead.automation.reflexes.desk import Author, ReflexDesk
from playhead.automation.reflexes.model import REFLEX_PREFIX, EventState, TriggerType
from playhead.automation.reflexes.reading.repository import ReflexReader
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import parse_id
from playhead.kernel.identity import Scope, ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep
from playhead.web import parameters
from playhead.web.forwarded import address_block, client_address
from playhead.web.limits import Bucket
from playhead.web.pages import PagedQuery


@dataclass(frozen=True, slots=True)
class ReflexRoom:
    """All that the endpoints of reflexes stand on."""

    desk: ReflexDesk
    reader: ReflexReader

    @property
    def public_url(self) -> str:
        """What our own address begins with."""
        return self.desk.public_url


def install_reflexes(app: FastAPI, desk: ReflexDesk) -> None:
    """Give the endpoints of reflexes what they stand on."""
    app.state.reflexes = ReflexRoom(desk, ReflexReader(desk.tenants))


class ReflexesQuery(PagedQuery):
    """Which reflexes to list."""

    skill_id: Annotated[str, Field(max_length=50), parameters.id_schema(SKILL_PREFIX)] | None = None
    trigger_type: TriggerType | None = None
    is_active: bool | None = None

    def filters(self) -> dict[str, object]:
        """Return what the reflexes must be like.

        Raises:
            InvalidId: ``skill_id`` is no id of a skill.
        """
        asked = self.skill_id
        return {
            "skill_id": None if asked is None else parse_id(SKILL_PREFIX, asked, field="skill_id"),
            "trigger_type": self.trigger_type and self.trigger_type.value,
            "is_active": self.is_active,
        }


class EventsQuery(PagedQuery):
    """Which events of a reflex to list."""

    state: EventState | None = None


async def _room(request: Request) -> ReflexRoom:
    return cast(ReflexRoom, request.app.state.reflexes)


async def _author(caller: CallerDep) -> Author:
    return Author(caller.org, caller.name, caller.address, caller.request_id)


async def _reflex_id(
    id: Annotated[parameters.PathName, parameters.id_schema(REFLEX_PREFIX)],
) -> UUID:
    return parse_id(REFLEX_PREFIX, id, field="id")


RoomOf = Annotated[ReflexRoom, Depends(_room)]
AuthorDep = Annotated[Author, Depends(_author)]
ReflexId = Annotated[UUID, Depends(_reflex_id)]
ReflexesAsked = Annotated[ReflexesQuery, Query()]
EventsAsked = Annotated[EventsQuery, Query()]
RunsAsked = Annotated[PagedQuery, Query()]


async def _rehearsal(body: RehearsalBody, caller: CallerDep) -> RehearsalBody:
    if body.execute and Scope.AUTOMATION_WRITE not in caller.scopes:
        raise ScopeMissing({Scope.AUTOMATION_WRITE})
    return body


RehearsalAsked = Annotated[RehearsalBody, Depends(_rehearsal)]


async def _not_too_often(request: Request, reflex_id: ReflexId, room: RoomOf) -> None:
    desk = room.desk
    address = address_block(client_address(request.scope))
    buckets = [
        Bucket("webhook-sender", address, desk.address_rate),
        Bucket("webhook", str(reflex_id), desk.reflex_rate),
    ]
    await desk.limiter.enforce(buckets, request.scope)


async def _body(request: Request) -> bytes:
    return await request.body()


NotTooOften = Depends(_not_too_often)
RawBody = Annotated[bytes, Depends(_body)]
