"""Invite people, send an invitation again, take one back."""

from dataclasses import replace
from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller, Role
from playhead.kernel.orgs.desk import Open, OrgDesk
from playhead.kernel.orgs.errors import (
    AlreadyInvited,
    AlreadyMember,
    InvitationClosed,
    MemberBeyond,
    SentTooOften,
    TooManyInvitations,
    TooManyMembers,
)
from playhead.kernel.orgs.letter import invitation_mail
from playhead.kernel.orgs.limits import mail_buckets
from playhead.kernel.orgs.model import (
    LIFETIME,
    MOST_INVITATIONS,
    MOST_MEMBERS,
    MOST_SENT,
    TOKEN_BYTES,
    Invitation,
    token_hash,
)
from playhead.kernel.orgs.rules import may_give
from playhead.kernel.people import Email, parse_email

INVITATION_PREFIX = "inv"


async def invite(
    desk: OrgDesk, caller: Caller, org_id: UUID, email: Email, role: Role, now: Micros
) -> Invitation:
    """Mail somebody a way into the organisation, good for 7 days.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
        RoleMissing: The caller may not invite.
        MemberBeyond: The caller may not give ``role``.
        AlreadyMember: Who has the address belongs to it.
        AlreadyInvited: The address has an invitation that is still good.
        TooManyMembers: There is no free seat.
        TooManyInvitations: There are as many invitations as there may be.
        LimitExceeded: The caller has invited too often, or the address was.
    """
    async with desk.changing(caller, org_id) as opened:
        _check_role(opened, role)
        await _check_free(opened, email, now)
        invitation = Invitation(
            invitation_id=desk.new_id(now),
            email=email.text,
            role=role,
            inviter=caller.user_id,
            created_at=now,
            expires_at=Micros(now + LIFETIME),
            sent=1,
        )
        token = desk.new_token(TOKEN_BYTES)
        await opened.invitations.add(
            invitation, token_hash=token_hash(token), invited_by=_author(caller), now=now
        )
        await _mail(desk, opened, invitation, token, now)
        await _note(opened, Action.INVITATION_CREATED, invitation, now)
    return invitation


async def resend(
    desk: OrgDesk, caller: Caller, org_id: UUID, invitation_id: UUID, now: Micros
) -> Invitation:
    """Mail an invitation again: with another token, and good for 7 days from now.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
        InvitationNotFound: The organisation has no such invitation.
        InvitationClosed: It was accepted or cancelled.
        RoleMissing: The caller may not invite.
        MemberBeyond: The caller may not give its role.
        SentTooOften: It was sent ten times.
        TooManyInvitations: It had expired, and there are as many as there may be.
        LimitExceeded: The caller has invited too often, or the address was.
    """
    async with desk.changing(caller, org_id) as opened:
        invitation = await _taken(opened, invitation_id, now)
        if invitation.sent >= MOST_SENT:
            raise SentTooOften(MOST_SENT)
        if invitation.expires_at <= now:
            await _check_room(opened, await opened.invitations.pending_addresses(now))
        renewed = replace(invitation, expires_at=Micros(now + LIFETIME), sent=invitation.sent + 1)
        token = desk.new_token(TOKEN_BYTES)
        await opened.invitations.resend(invitation_id, token_hash(token), renewed.expires_at)
        await _mail(desk, opened, renewed, token, now)
        await _note(opened, Action.INVITATION_RESENT, renewed, now)
    return renewed


async def cancel(
    desk: OrgDesk, caller: Caller, org_id: UUID, invitation_id: UUID, now: Micros
) -> None:
    """Take an invitation back.

    Raises:
        OrgNotFound: There is none, or the caller does not belong to it.
        InvitationNotFound: The organisation has no such invitation.
        InvitationClosed: It was accepted or cancelled.
        RoleMissing: The caller may not invite.
        MemberBeyond: The caller may not give its role.
    """
    async with desk.changing(caller, org_id) as opened:
        invitation = await _taken(opened, invitation_id, now)
        await opened.invitations.cancel(invitation_id, now)
        await _note(opened, Action.INVITATION_CANCELLED, invitation, now)


async def _taken(opened: Open, invitation_id: UUID, now: Micros) -> Invitation:
    opened.check_administrator()
    invitation = await opened.invitations.take(invitation_id)
    _check_role(opened, invitation.role)
    if invitation.is_closed:
        raise InvitationClosed(invitation.state(now).value)
    return invitation


def _check_role(opened: Open, role: Role) -> None:
    opened.check_administrator()
    if not may_give(opened.standing.role, role):
        raise MemberBeyond(opened.standing.role, role)


async def _check_free(opened: Open, email: Email, now: Micros) -> None:
    if await opened.rows.is_member(email.key):
        raise AlreadyMember
    await opened.invitations.close_expired(now)
    pending = await opened.invitations.pending_addresses(now)
    if email.key in {parse_email(each).key for each in pending}:
        raise AlreadyInvited
    await _check_room(opened, pending)


async def _check_room(opened: Open, pending: list[str]) -> None:
    if len(pending) >= MOST_INVITATIONS:
        raise TooManyInvitations(MOST_INVITATIONS)
    members, _ = await opened.rows.counts()
    if members >= MOST_MEMBERS:
        raise TooManyMembers(MOST_MEMBERS)


def _author(caller: Caller) -> UUID:
    author = caller.user_id or caller.key_id
    assert author is not None
    return author


async def _mail(
    desk: OrgDesk, opened: Open, invitation: Invitation, token: str, now: Micros
) -> None:
    # Only now: who may not invite uses nothing up.
    await desk.limiter.check(mail_buckets(opened.caller, invitation.email))
    user_id = opened.standing.user_id
    inviter = None if user_id is None else await opened.rows.member(user_id)
    mail = invitation_mail(invitation, opened.name, inviter, token=token)
    await desk.outbox.put(opened.transaction, mail, now=now)


async def _note(opened: Open, action: Action, invitation: Invitation, now: Micros) -> None:
    subject = format_id(INVITATION_PREFIX, invitation.invitation_id)
    await opened.note(action, subject, now, email=invitation.email, role=invitation.role.value)
