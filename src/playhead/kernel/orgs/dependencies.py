"""What the endpoints of organisations are given."""

from typing import Annotated, NamedTuple, cast
from uuid import UUID

from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field

from playhead.base.ids import parse_id
from playhead.base.time import Micros
from playhead.kernel.identity.model import ORG_PREFIX, PERSON_PREFIX
from playhead.kernel.orgs.desk import OrgDesk
from playhead.kernel.orgs.invite import INVITATION_PREFIX
from playhead.kernel.orgs.model import Member
from playhead.web import parameters
from playhead.web.cursors import Cursors


class Joined(NamedTuple):
    """When somebody joined, and who: members are listed in this order."""

    at: int
    user_id: UUID


class MembersQuery(parameters.Query):
    """Which members to list."""

    limit: parameters.Limit = 100
    cursor: parameters.CursorParameter | None = None

    def after(self, org_id: UUID, cursors: Cursors) -> tuple[Micros, UUID] | None:
        """Return when the last member of the page before joined, and who that is; or None.

        Raises:
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        if self.cursor is None:
            return None
        joined = cursors.open(self.cursor, Joined, query=_members(org_id))
        return Micros(joined.at), joined.user_id

    def cursor_after(self, org_id: UUID, last: Member, cursors: Cursors) -> str:
        """Return the cursor of the page that follows ``last``."""
        return cursors.seal(Joined(last.joined_at, last.user_id), query=_members(org_id))


class InvitationsQuery(parameters.Query):
    """Which invitations to list."""

    pending: bool = Field(True, description="false lists those as well that are no longer good.")
    limit: parameters.Limit = 100
    cursor: parameters.CursorParameter | None = None

    def before(self, org_id: UUID, cursors: Cursors) -> UUID | None:
        """Return the last invitation of the page before, or None.

        Raises:
            CursorInvalid: The cursor is none of ours, or of another query.
        """
        if self.cursor is None:
            return None
        return cursors.open(self.cursor, UUID, query=self._bound(org_id))

    def cursor_after(self, org_id: UUID, invitation_id: UUID, cursors: Cursors) -> str:
        """Return the cursor of the page that follows an invitation."""
        return cursors.seal(invitation_id, query=self._bound(org_id))

    def _bound(self, org_id: UUID) -> dict[str, object]:
        return {"list": "invitations", "org": str(org_id), "pending": self.pending}


class DeletionQuery(parameters.Query):
    """Says that the caller means it."""

    confirm: str = Field(max_length=200, description="The organisation's name.")


def install_orgs(app: FastAPI, desk: OrgDesk) -> None:
    """Give the endpoints of organisations what they stand on."""
    app.state.orgs = desk


def _members(org_id: UUID) -> dict[str, object]:
    return {"list": "members", "org": str(org_id)}


async def _desk(request: Request) -> OrgDesk:
    return cast(OrgDesk, request.app.state.orgs)


async def _org_id(org_id: Annotated[parameters.PathName, parameters.id_schema(ORG_PREFIX)]) -> UUID:
    return parse_id(ORG_PREFIX, org_id, field="org_id")


async def _user_id(
    user_id: Annotated[parameters.PathName, parameters.id_schema(PERSON_PREFIX)],
) -> UUID:
    return parse_id(PERSON_PREFIX, user_id, field="user_id")


async def _invitation_id(
    invitation_id: Annotated[parameters.PathName, parameters.id_schema(INVITATION_PREFIX)],
) -> UUID:
    return parse_id(INVITATION_PREFIX, invitation_id, field="invitation_id")


DeskOf = Annotated[OrgDesk, Depends(_desk)]
OrgId = Annotated[UUID, Depends(_org_id)]
UserId = Annotated[UUID, Depends(_user_id)]
InvitationId = Annotated[UUID, Depends(_invitation_id)]
MembersAsked = Annotated[MembersQuery, Query()]
InvitationsAsked = Annotated[InvitationsQuery, Query()]
DeletionAsked = Annotated[DeletionQuery, Query()]
