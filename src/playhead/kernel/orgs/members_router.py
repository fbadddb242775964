"""The endpoints of members."""

from fastapi import APIRouter, Response

from playhead.base.ids import InvalidId
from playhead.kernel.identity import ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep
from playhead.kernel.orgs.browse import browse_members
from playhead.kernel.orgs.dependencies import DeskOf, MembersAsked, OrgId, UserId
from playhead.kernel.orgs.errors import (
    LastOwner,
    MemberBeyond,
    MemberNotFound,
    OrgNotFound,
    SelfManaged,
)
from playhead.kernel.orgs.members import change_role, remove
from playhead.kernel.orgs.schemas import MemberPage, MemberView, RoleBody, member_view
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.cursors import CursorInvalid
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

SHARED = (InvalidId, OrgNotFound, ScopeMissing, DatabaseUnavailable)
ONE = (MemberNotFound, MemberBeyond, LastOwner, *SHARED)

members_router = APIRouter(
    prefix="/orgs/{org_id}/members", tags=["organisations"], default_response_class=JsonBytes
)


@members_router.get(
    "",
    responses={
        **answer("One page, by when they joined.", MemberPage),
        **problems(CursorInvalid, *SHARED),
    },
)
async def list_members(
    org_id: OrgId, asked: MembersAsked, caller: CallerDep, desk: DeskOf, cursors: CursorBox
) -> JsonBytes:
    """List who belongs to the organisation, and as what. For every member."""
    return JsonBytes(encode(await browse_members(desk, caller, org_id, asked, cursors)))


@members_router.patch(
    "/{user_id}",
    responses={
        **answer("The member as it is now.", MemberView),
        **problems(SelfManaged, BodyTooLarge, *ONE),
    },
)
async def change_member(
    org_id: OrgId, user_id: UserId, body: RoleBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Give a member another role, in force everywhere within 5 seconds.

    Owners manage everybody else, admins manage editors and viewers; only an owner makes an owner.
    """
    changed = await change_role(desk, caller, org_id, user_id, body.role, now)
    return JsonBytes(encode(member_view(changed)))


@members_router.delete(
    "/{user_id}",
    status_code=204,
    responses={204: {"description": "They belong to it no more."}, **problems(*ONE)},
)
async def remove_member(
    org_id: OrgId, user_id: UserId, caller: CallerDep, desk: DeskOf, now: Now
) -> Response:
    """Remove a member, or leave: everybody may remove themselves, but for the last owner."""
    await remove(desk, caller, org_id, user_id, now)
    return Response(status_code=204)
