"""Change what members are, and remove them."""

from dataclasses import replace
from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.api_keys import Author, revoke_administering
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller, Role, Scope, scopes_of
from playhead.kernel.identity.model import PERSON_PREFIX
from playhead.kernel.orgs.desk import Open, OrgDesk
from playhead.kernel.orgs.errors import LastOwner, MemberBeyond, SelfManaged
from playhead.kernel.orgs.model import Member
from playhead.kernel.orgs.rules import keeps_an_owner, may_change_role, may_give, may_remove


async def change_role(
    desk: OrgDesk, caller: Caller, org_id: UUID, user_id: UUID, role: Role, now: Micros
) -> Member:
    """Make a member a ``role``; in force everywhere within 5 seconds.

    What they have invited to roles that they may no longer give is taken back, and keys that they
    made and could go on to administer with are revoked.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
        MemberNotFound: There is no such member.
        SelfManaged: The member is the caller.
        MemberBeyond: The caller's role does not reach the member, or ``role``.
        LastOwner: The organisation would have no owner.
    """
    async with desk.changing(caller, org_id) as opened:
        member = await opened.rows.member(user_id)
        _check_change(opened, member, role)
        if member.role is role:
            return member
        await _check_owner_left(opened, member, role)
        await opened.rows.set_role(user_id, role)
        withdrawn = await _withdraw(opened, user_id, role, now)
        revoked = await _revoke(opened, user_id, role, now)
        await opened.note(
            Action.MEMBER_ROLE_CHANGED,
            format_id(PERSON_PREFIX, user_id),
            now,
            before=member.role.value,
            after=role.value,
            invitations_cancelled=withdrawn,
            keys_revoked=revoked,
        )
    return replace(member, role=role)


async def remove(desk: OrgDesk, caller: Caller, org_id: UUID, user_id: UUID, now: Micros) -> None:
    """Remove a member, or let the caller leave; in force everywhere within 5 seconds.

    Their invitations are taken back, and keys that they made and could go on to administer with are
    revoked.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
        MemberNotFound: There is no such member.
        MemberBeyond: The caller's role does not reach the member.
        LastOwner: The organisation would have no owner.
    """
    async with desk.changing(caller, org_id) as opened:
        member = await opened.rows.member(user_id)
        is_self = opened.standing.is_self(user_id)
        if not may_remove(opened.standing.role, member.role, is_self=is_self):
            raise MemberBeyond(opened.standing.role, member.role)
        await _check_owner_left(opened, member, None)
        await opened.rows.leave(user_id)
        withdrawn = await _withdraw(opened, user_id, None, now)
        revoked = await _revoke(opened, user_id, None, now)
        await opened.note(
            Action.MEMBER_LEFT if is_self else Action.MEMBER_REMOVED,
            format_id(PERSON_PREFIX, user_id),
            now,
            role=member.role.value,
            invitations_cancelled=withdrawn,
            keys_revoked=revoked,
        )


def _check_change(opened: Open, member: Member, role: Role) -> None:
    actor, is_self = opened.standing.role, opened.standing.is_self(member.user_id)
    if is_self:
        raise SelfManaged
    if not may_change_role(actor, member.role, role, is_self=is_self):
        raise MemberBeyond(actor, member.role, role)


async def _check_owner_left(opened: Open, member: Member, becomes: Role | None) -> None:
    _, owners = await opened.rows.counts()
    if not keeps_an_owner(owners, member.role, becomes):
        raise LastOwner


async def _withdraw(opened: Open, user_id: UUID, becomes: Role | None, now: Micros) -> int:
    lost = [role for role in Role if becomes is None or not may_give(becomes, role)]
    return await opened.invitations.withdraw(user_id, lost, now) if lost else 0


async def _revoke(opened: Open, user_id: UUID, becomes: Role | None, now: Micros) -> int:
    if becomes is not None and Scope.ADMIN in scopes_of(becomes):
        return 0
    author = Author.of(opened.caller, opened.org_id)
    return await revoke_administering(opened.audit, opened.transaction, author, user_id, now)
