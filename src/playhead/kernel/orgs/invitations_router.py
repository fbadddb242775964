"""The endpoints of invitations."""

from fastapi import APIRouter, Response

from playhead.base.ids import InvalidId
from playhead.kernel.identity import NotAPerson, RoleMissing, ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep
from playhead.kernel.mail import MailInvalid
from playhead.kernel.orgs.accept import accept
from playhead.kernel.orgs.browse import browse_invitations
from playhead.kernel.orgs.dependencies import DeskOf, InvitationId, InvitationsAsked, OrgId
from playhead.kernel.orgs.errors import (
    AddressUnverified,
    AlreadyInvited,
    AlreadyMember,
    InvitationClosed,
    InvitationNotFound,
    MemberBeyond,
    OrgNotFound,
    OtherAddress,
    SentTooOften,
    TooManyInvitations,
    TooManyMembers,
    TooManyOrganisations,
)
from playhead.kernel.orgs.invite import cancel, invite, resend
from playhead.kernel.orgs.schemas import (
    AcceptanceBody,
    InvitationPage,
    InvitationView,
    NewInvitationBody,
    OrgView,
    invitation_view,
    org_view,
)
from playhead.kernel.people import EmailInvalid
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.cursors import CursorInvalid
from playhead.web.idempotency import IdempotentRoute
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

SHARED = (InvalidId, OrgNotFound, ScopeMissing, RoleMissing, DatabaseUnavailable)
ONE = (InvitationNotFound, InvitationClosed, MemberBeyond, *SHARED)
ROOM = (TooManyInvitations, TooManyMembers)
UNFIT = (AddressUnverified, OtherAddress, AlreadyMember, TooManyOrganisations, TooManyMembers)

invitations_router = APIRouter(
    prefix="/orgs/{org_id}/invitations",
    tags=["organisations"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
)
accepting_router = APIRouter(
    prefix="/invitations", tags=["organisations"], default_response_class=JsonBytes
)


@invitations_router.get(
    "",
    responses={
        **answer("One page, the newest first.", InvitationPage),
        **problems(CursorInvalid, *SHARED),
    },
)
async def list_invitations(
    org_id: OrgId,
    asked: InvitationsAsked,
    caller: CallerDep,
    desk: DeskOf,
    cursors: CursorBox,
    now: Now,
) -> JsonBytes:
    """List who is invited. For admins and owners."""
    return JsonBytes(encode(await browse_invitations(desk, caller, org_id, asked, cursors, now)))


@invitations_router.post(
    "",
    status_code=201,
    responses={
        **answer("The invitation; the mail is on its way.", InvitationView, status=201),
        **problems(
            EmailInvalid,
            MailInvalid,
            MemberBeyond,
            AlreadyMember,
            AlreadyInvited,
            *ROOM,
            BodyTooLarge,
            *SHARED,
        ),
    },
)
async def create_invitation(
    org_id: OrgId, body: NewInvitationBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Invite somebody by mail, for 7 days; for admins and owners; none invites above their role."""
    made = await invite(desk, caller, org_id, body.address(), body.role, now)
    return JsonBytes(encode(invitation_view(made, now)), 201)


@invitations_router.delete(
    "/{invitation_id}",
    status_code=204,
    responses={204: {"description": "It is of no use any more."}, **problems(*ONE)},
)
async def cancel_invitation(
    org_id: OrgId, invitation_id: InvitationId, caller: CallerDep, desk: DeskOf, now: Now
) -> Response:
    """Take an invitation back."""
    await cancel(desk, caller, org_id, invitation_id, now)
    return Response(status_code=204)


@invitations_router.post(
    "/{invitation_id}/resend",
    responses={
        **answer("The invitation as it is now.", InvitationView),
        **problems(SentTooOften, *ROOM, *ONE),
    },
)
async def resend_invitation(
    org_id: OrgId, invitation_id: InvitationId, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Mail an invitation again, good for 7 days from now. What the mails before held is void."""
    sent = await resend(desk, caller, org_id, invitation_id, now)
    return JsonBytes(encode(invitation_view(sent, now)))


@accepting_router.post(
    "/accept",
    responses={
        **answer("The organisation that the caller belongs to now.", OrgView),
        **problems(NotAPerson, InvitationNotFound, *UNFIT, BodyTooLarge, DatabaseUnavailable),
    },
)
async def accept_invitation(
    body: AcceptanceBody, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Accept an invitation. The caller is a person whose verified address it went to."""
    return JsonBytes(encode(org_view(await accept(desk, caller, body.token, now))))
