"""What people do, told to the organisations that they belong to."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.audit import AuditPort
from playhead.kernel.auth.model import Visit
from playhead.kernel.identity.model import PERSON_PREFIX
from playhead.kernel.people import People
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant, Tenants

MOST_ORGANISATIONS = 20
SOMEBODY = "somebody"
"""Who does what needs no sign-in: that it was done to a person says nothing of who did it."""

_NOTHING: Mapping[str, object] = {}


class Journal:
    """Appends to the audit logs of a person's organisations, at most the 20 joined first."""

    def __init__(self, tenants: Tenants, audit: AuditPort) -> None:
        self._tenants = tenants
        self._audit = audit

    async def note(
        self,
        transaction: Transaction,
        org_id: UUID,
        user_id: UUID,
        action: str,
        visit: Visit,
        *,
        actor: str | None = None,
        subject: str | None = None,
        details: Mapping[str, object] = _NOTHING,
        now: Micros,
    ) -> None:
        """Append to one log, in a transaction of that organisation.

        Unless they are given, ``actor`` and ``subject`` are the person.
        """
        person = format_id(PERSON_PREFIX, user_id)
        await self._audit.append(
            transaction,
            org_id=org_id,
            actor=actor or person,
            action=action,
            subject=subject or person,
            details=details,
            address=visit.address,
            request_id=visit.request_id,
            now=now,
        )

    async def note_everywhere(
        self,
        user_id: UUID,
        action: str,
        visit: Visit,
        *,
        actor: str | None = None,
        subject: str | None = None,
        details: Mapping[str, object] = _NOTHING,
        but: UUID | None = None,
        now: Micros,
    ) -> None:
        """Append to the logs of all of a person's organisations but ``but``.

        Each is a transaction of its own: entries of one organisation wait for each other, and
        whoever waited in several at once could wait for somebody who waits for them.
        """
        for org_id in await self._organisations(user_id):
            if org_id != but:
                async with self._tenants.transaction(Tenant(org_id, user_id)) as transaction:
                    await self.note(
                        transaction,
                        org_id,
                        user_id,
                        action,
                        visit,
                        actor=actor,
                        subject=subject,
                        details=details,
                        now=now,
                    )

    async def _organisations(self, user_id: UUID) -> Iterable[UUID]:
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            belongings = await People(transaction).belongings()
        return [each.org_id for each in belongings[:MOST_ORGANISATIONS]]
