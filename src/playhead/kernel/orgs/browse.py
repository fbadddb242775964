"""List members and invitations a page at a time."""

from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.identity import Caller
from playhead.kernel.orgs.dependencies import InvitationsQuery, MembersQuery
from playhead.kernel.orgs.desk import OrgDesk
from playhead.kernel.orgs.schemas import (
    InvitationPage,
    MemberPage,
    invitation_view,
    member_view,
)
from playhead.web.cursors import Cursors


async def browse_members(
    desk: OrgDesk, caller: Caller, org_id: UUID, asked: MembersQuery, cursors: Cursors
) -> MemberPage:
    """Return one page of the members, and the cursor of the next.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    async with desk.looking(caller, org_id) as opened:
        # One more tells whether there is a next page.
        found = await opened.rows.members(asked.after(org_id, cursors), asked.limit + 1)
    shown = found[: asked.limit]
    has_more = len(found) > asked.limit
    return MemberPage(
        data=[member_view(each) for each in shown],
        next_cursor=asked.cursor_after(org_id, shown[-1], cursors) if has_more else None,
        has_more=has_more,
    )


async def browse_invitations(
    desk: OrgDesk,
    caller: Caller,
    org_id: UUID,
    asked: InvitationsQuery,
    cursors: Cursors,
    now: Micros,
) -> InvitationPage:
    """Return one page of the invitations, and the cursor of the next.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
        RoleMissing: The caller may not see who is invited.
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    async with desk.looking(caller, org_id) as opened:
        opened.check_administrator()
        found = await opened.invitations.page(
            pending=asked.pending,
            before=asked.before(org_id, cursors),
            limit=asked.limit + 1,
            now=now,
        )
    shown = found[: asked.limit]
    has_more = len(found) > asked.limit
    last = shown[-1].invitation_id if has_more else None
    return InvitationPage(
        data=[invitation_view(each, now) for each in shown],
        next_cursor=None if last is None else asked.cursor_after(org_id, last, cursors),
        has_more=has_more,
    )
