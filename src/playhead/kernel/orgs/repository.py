"""Organisations, memberships and invitations: the only module that knows their tables.

Everything works in a transaction of that organisation's tenant.
"""

from collections.abc import Collection
from typing import cast
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.identity import Role
from playhead.kernel.orgs.errors import InvitationNotFound, MemberNotFound, OrgNotFound
from playhead.kernel.orgs.model import Invitation, Member, Organisation
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction

SQL = load_sql(__package__)
FIRST = (Micros(-1), UUID(int=0))
LAST = UUID(int=2**128 - 1)


class OrgRows:
    """One organisation and who belongs to it."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def found(self, name: str, now: Micros) -> None:
        """Add the organisation; nobody belongs to it yet."""
        await self._transaction.send(SQL.found, org_id=self._org_id, name=name, now=now)

    async def join(self, user_id: UUID, role: Role, now: Micros) -> None:
        """Let a person belong to it."""
        await self._transaction.send(
            SQL.join, org_id=self._org_id, user_id=user_id, role=role.value, now=now
        )

    async def find(self, user_id: UUID | None) -> Organisation:
        """Return it, and what ``user_id`` is in it.

        Raises:
            OrgNotFound: There is none, or the person does not belong to it.
        """
        row = await self._one(SQL.organisation, user_id=user_id)
        if row is None:
            raise OrgNotFound
        role = None if row.role is None else Role(row.role)
        return Organisation(row.org_id, row.name, row.plan, role, row.created_at, row.joined_at)

    async def lock(self, user_id: UUID | None = None) -> str:
        """Have all other changes of members and invitations wait; return the name.

        Raises:
            OrgNotFound: There is none, or ``user_id`` does not belong to it.
        """
        row = await self._one(SQL.lock, user_id=user_id)
        if row is None:
            raise OrgNotFound
        return str(row.name)

    async def role_of(self, user_id: UUID) -> Role | None:
        """Return what a person is in it; None: nothing."""
        row = await self._one(SQL.role, user_id=user_id)
        return None if row is None else Role(row.role)

    async def rename(self, name: str, now: Micros) -> None:
        """Give it another name."""
        await self._send(SQL.rename, name=name, now=now)

    async def delete(self) -> None:
        """Delete it with everything that belongs to it."""
        await self._send(SQL.delete)

    async def counts(self) -> tuple[int, int]:
        """Return how many members it has, and how many of them are owners."""
        row = await self._one(SQL.counts)
        assert row is not None
        return row.members, row.owners

    async def members(self, after: tuple[Micros, UUID] | None, limit: int) -> list[Member]:
        """Return at most ``limit`` members by when they joined, past ``after``."""
        after_at, after_id = after or FIRST
        rows = await self._transaction.fetch_all(
            SQL.members, after_at=after_at, after_id=after_id, limit=limit
        )
        return [_member(row) for row in rows]

    async def member(self, user_id: UUID) -> Member:
        """Return a member.

        Raises:
            MemberNotFound: The person does not belong to it.
        """
        row = await self._transaction.fetch_optional(SQL.member, user_id=user_id)
        if row is None:
            raise MemberNotFound
        return _member(row)

    async def is_member(self, email_key: str) -> bool:
        """Return whether the person who has an address belongs to it."""
        row = await self._one(SQL.is_member, email_key=email_key)
        return row is not None and bool(row.found)

    async def set_role(self, user_id: UUID, role: Role) -> None:
        """Give a member another role."""
        await self._send(SQL.set_role, user_id=user_id, role=role.value)

    async def leave(self, user_id: UUID) -> None:
        """Let a person belong to it no more."""
        await self._send(SQL.leave, user_id=user_id)

    async def _one(self, query: str, **parameters: object) -> Row | None:
        return await self._transaction.fetch_optional(query, org_id=self._org_id, **parameters)

    async def _send(self, query: str, **parameters: object) -> None:
        await self._transaction.send(query, org_id=self._org_id, **parameters)


class InvitationRows:
    """The invitations of one organisation."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def add(
        self, invitation: Invitation, *, token_hash: bytes, invited_by: UUID, now: Micros
    ) -> None:
        """Add an invitation. ``invited_by`` is a person or an API key."""
        await self._transaction.send(
            SQL.invite,
            org_id=self._org_id,
            invitation_id=invitation.invitation_id,
            email=invitation.email,
            role=invitation.role.value,
            token_hash=token_hash,
            invited_by=invited_by,
            now=now,
            expires_at=invitation.expires_at,
        )

    async def page(
        self, *, pending: bool, before: UUID | None, limit: int, now: Micros
    ) -> list[Invitation]:
        """Return at most ``limit`` invitations, the newest first, from the one below ``before``."""
        rows = await self._transaction.fetch_all(
            SQL.invitations,
            org_id=self._org_id,
            pending=pending,
            before=before or LAST,
            limit=limit,
            now=now,
        )
        return [_invitation(row) for row in rows]

    async def take(
        self, invitation_id: UUID | None = None, *, token_hash: bytes | None = None
    ) -> Invitation:
        """Return an invitation that nobody else changes until the transaction ends.

        Raises:
            InvitationNotFound: The organisation has none of this id, or of this token.
        """
        row = await self._transaction.fetch_optional(
            SQL.take_invitation,
            org_id=self._org_id,
            invitation_id=invitation_id,
            token_hash=token_hash,
        )
        if row is None:
            raise InvitationNotFound
        return _invitation(row)

    async def close_expired(self, now: Micros) -> None:
        """Take back what has expired."""
        await self._send(SQL.close_expired, now=now)

    async def pending_addresses(self, now: Micros) -> list[str]:
        """Return whom the invitations that are still good went to."""
        rows = await self._transaction.fetch_all(SQL.pending, org_id=self._org_id, now=now)
        return [row.email for row in rows]

    async def resend(self, invitation_id: UUID, token_hash: bytes, expires_at: Micros) -> None:
        """Give an invitation another token and another end, and count it as sent."""
        await self._send(
            SQL.resend, invitation_id=invitation_id, token_hash=token_hash, expires_at=expires_at
        )

    async def cancel(self, invitation_id: UUID, now: Micros) -> None:
        """Take an invitation back."""
        await self._send(SQL.cancel, invitation_id=invitation_id, now=now)

    async def accept(self, invitation_id: UUID, now: Micros) -> None:
        """Note that an invitation was accepted."""
        await self._send(SQL.accept, invitation_id=invitation_id, now=now)

    async def withdraw(self, user_id: UUID, roles: Collection[Role], now: Micros) -> int:
        """Take back what a person has invited to be one of ``roles``; return how many."""
        return await self._transaction.execute(
            SQL.withdraw,
            org_id=self._org_id,
            user_id=user_id,
            roles=[role.value for role in roles],
            now=now,
        )

    async def _send(self, query: str, **parameters: object) -> None:
        await self._transaction.send(query, org_id=self._org_id, **parameters)


async def organisation_of(transaction: Transaction, token_hash: bytes) -> UUID | None:
    """Return whose invitation has a token, in a transaction of whichever tenant; None: nobody's."""
    row = await transaction.fetch_optional(SQL.organisation_of, token_hash=token_hash)
    return None if row is None else cast(UUID | None, row.org_id)


def _member(row: Row) -> Member:
    return Member(
        user_id=row.user_id,
        email=row.email,
        email_verified=row.email_verified,
        first_name=row.first_name,
        last_name=row.last_name,
        role=Role(row.role),
        joined_at=row.joined_at,
    )


def _invitation(row: Row) -> Invitation:
    return Invitation(
        invitation_id=row.invitation_id,
        email=row.email,
        role=Role(row.role),
        inviter=row.inviter,
        created_at=row.created_at,
        expires_at=row.expires_at,
        sent=row.sent,
        accepted_at=row.accepted_at,
        cancelled_at=row.cancelled_at,
    )
