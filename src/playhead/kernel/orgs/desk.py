"""What every change to an organisation stands on: a transaction in which one change is decided."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.audit import Action, AuditLog
from playhead.kernel.identity import Caller, Role, RoleMissing, Scope, ScopeMissing
from playhead.kernel.mail import Outbox
from playhead.kernel.orgs.errors import OrgNotFound
from playhead.kernel.orgs.limits import MailLimiter
from playhead.kernel.orgs.model import Standing
from playhead.kernel.orgs.repository import InvitationRows, OrgRows
from playhead.kernel.orgs.rules import ADMINISTRATORS, may_administer
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant, Tenants


def invitation_token(random_bytes: int) -> str:
    """Return a new token of that many random bytes; it begins so that strays are recognised."""
    return f"ph_invite_{secrets.token_urlsafe(random_bytes)}"


@dataclass(frozen=True, slots=True)
class Open:
    """One organisation in an open transaction, and who acts in it.

    Attributes:
        name: The organisation's.
    """

    transaction: Transaction
    org_id: UUID
    caller: Caller
    standing: Standing
    audit: AuditLog
    name: str = ""

    @property
    def rows(self) -> OrgRows:
        """The organisation's rows."""
        return OrgRows(self.transaction, self.org_id)

    @property
    def invitations(self) -> InvitationRows:
        """Its invitations."""
        return InvitationRows(self.transaction, self.org_id)

    async def note(self, action: Action, subject: str, now: Micros, **details: object) -> None:
        """Add to its audit log what the caller did; the last thing in the transaction."""
        await self.audit.append_by(
            self.transaction,
            self.caller,
            org_id=self.org_id,
            action=action,
            subject=subject,
            now=now,
            **details,
        )

    def check_administrator(self) -> None:
        """Return if the caller may administer the organisation.

        Raises:
            RoleMissing: They may not.
        """
        if not may_administer(self.standing.role):
            raise RoleMissing(ADMINISTRATORS)


@dataclass(frozen=True, slots=True)
class OrgDesk:
    """Where organisations are looked at and changed.

    Attributes:
        tenants: Over a database that is connected as the service role.
        limiter: Counts the mails that invite.
        new_id: Makes an id.
        new_token: Makes a token of that many random bytes.
    """

    tenants: Tenants
    outbox: Outbox
    audit: AuditLog
    limiter: MailLimiter
    new_id: Callable[[Micros], UUID] = new_uuid
    new_token: Callable[[int], str] = invitation_token

    @asynccontextmanager
    async def looking(self, caller: Caller, org_id: UUID) -> AsyncIterator[Open]:
        """Open an organisation to read in it.

        Raises:
            OrgNotFound: There is none, or the caller does not belong to it.
            ScopeMissing: The caller is an API key without the scope `admin`.
        """
        async with self._entered(caller, org_id) as transaction:
            standing = await _standing(OrgRows(transaction, org_id), caller)
            yield Open(transaction, org_id, caller, standing, self.audit)

    @asynccontextmanager
    async def changing(self, caller: Caller, org_id: UUID) -> AsyncIterator[Open]:
        """Open an organisation to change who belongs to it; other such changes wait.

        Raises:
            OrgNotFound: There is none, or the caller does not belong to it.
            ScopeMissing: The caller is an API key without the scope `admin`.
        """
        async with self._entered(caller, org_id) as transaction:
            rows = OrgRows(transaction, org_id)
            name = await rows.lock(caller.user_id)
            # Read once all earlier changes are done: the caller may be something else by now.
            standing = await _standing(rows, caller)
            yield Open(transaction, org_id, caller, standing, self.audit, name)

    @asynccontextmanager
    async def _entered(self, caller: Caller, org_id: UUID) -> AsyncIterator[Transaction]:
        check_key(caller, org_id)
        async with self.tenants.transaction(Tenant(org_id, caller.user_id)) as transaction:
            yield transaction


def check_key(caller: Caller, org_id: UUID, *, scope: Scope | None = Scope.ADMIN) -> None:
    """Return if the caller is a person, or an API key of that organisation with ``scope``.

    Raises:
        OrgNotFound: The key belongs to another organisation.
        ScopeMissing: The key lacks the scope.
    """
    if caller.key_id is None:
        return
    if caller.org_id != org_id:
        raise OrgNotFound
    if scope is not None and scope not in caller.scopes:
        raise ScopeMissing({scope})


async def _standing(rows: OrgRows, caller: Caller) -> Standing:
    if caller.user_id is None:
        return Standing(Role.ADMIN, None)
    role = await rows.role_of(caller.user_id)
    if role is None:
        raise OrgNotFound
    return Standing(role, caller.user_id)
