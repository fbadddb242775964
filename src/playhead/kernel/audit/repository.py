"""The audit log's rows: the only module of the audit log that knows its table."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from playhead.base.texts import storable
from playhead.base.time import Micros
from playhead.kernel.audit.actions import Action
from playhead.kernel.audit.chain import Link, Place, beginning
from playhead.kernel.audit.model import Entry, Filters
from playhead.kernel.identity import Caller
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction
from playhead.storage.tenants import Tenant, Tenants

SQL = load_sql(__package__)
LAST_NUMBER = 2**63 - 1


class AuditLog:
    """Appends to the audit log, in the transaction of what it tells of."""

    async def append(
        self,
        transaction: Transaction,
        *,
        org_id: UUID,
        actor: str,
        action: str,
        subject: str,
        details: Mapping[str, object],
        address: str,
        request_id: str,
        now: Micros,
    ) -> None:
        """Add an entry; it is there if and only if ``transaction`` commits.

        The transaction must be one of the tenant ``org_id``. Entries of one organisation wait for
        each other from here to the commit: append last. Costs no round trip; details must hold no
        secrets.

        Args:
            actor: ``usr_...``, ``key_...`` or the name of a part of the system.
            action: One of `Action`.
            subject: The id of what it was done to.
            details: Facts that JSON can tell; other values are told by their text.
        """
        await transaction.send(
            SQL.append,
            org_id=org_id,
            at=now,
            actor=storable(actor),
            action=action,
            subject=storable(subject),
            details=msgspec.json.encode(_plain(details)).decode(),
            address=storable(address),
            request_id=storable(request_id),
        )

    async def append_by(
        self,
        transaction: Transaction,
        caller: Caller,
        *,
        org_id: UUID | None = None,
        action: Action,
        subject: str,
        now: Micros,
        **details: object,
    ) -> None:
        """Add an entry about what ``caller`` did, in ``org_id`` or else in their organisation."""
        await self.append(
            transaction,
            org_id=org_id or caller.org,
            actor=caller.name,
            action=action,
            subject=subject,
            details=details,
            address=caller.address,
            request_id=caller.request_id,
            now=now,
        )


class AuditReader:
    """Reads organisations' audit logs."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def page(
        self, org_id: UUID, filters: Filters, *, before: int | None = None, limit: int
    ) -> list[Entry]:
        """Return at most ``limit`` entries below number ``before``, the newest first."""
        rows = await self._tenants.fetch_all(
            Tenant(org_id),
            SQL.page,
            org_id=org_id,
            before=LAST_NUMBER if before is None else before,
            action=filters.action,
            actor=filters.actor,
            since=filters.since,
            until=filters.until,
            limit=limit,
        )
        return [_entry(row) for row in rows]

    async def links(self, org_id: UUID, *, after: int, limit: int) -> list[Link]:
        """Return at most ``limit`` links past number ``after``, in order."""
        rows = await self._tenants.fetch_all(
            Tenant(org_id), SQL.links, org_id=org_id, after=after, limit=limit
        )
        return [
            Link(row.number, row.previous_hash, row.hash, row.entry, row.agrees) for row in rows
        ]

    async def place(self, org_id: UUID, number: int) -> Place | None:
        """Return the place of entry ``number``; 0 is before the first. None: it is not there."""
        if number == 0:
            return beginning(org_id)
        row = await self._tenants.fetch_optional(
            Tenant(org_id), SQL.place, org_id=org_id, number=number
        )
        return None if row is None else Place(row.number, row.hash)

    async def head(self, org_id: UUID) -> Place:
        """Return the newest entry's place as the chain itself remembers it."""
        try:
            async with self._tenants.transaction(Tenant(org_id)) as transaction:
                row = await transaction.fetch_optional(SQL.next, org_id=org_id)
                raise _Seen(row)
        except _Seen as seen:
            row = seen.row
        return beginning(org_id) if row is None else Place(row.number - 1, row.previous_hash)


class _Seen(Exception):
    # No error: it undoes what was only tried.
    def __init__(self, row: Row | None) -> None:
        super().__init__()
        self.row = row


def _entry(row: Row) -> Entry:
    return Entry(
        number=row.number,
        at=Micros(row.at),
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        details=row.details.encode(),
        address=row.address,
        request_id=row.request_id,
        previous_hash=row.previous_hash,
        hash=row.hash,
        entry=row.entry,
    )


def _plain(value: object) -> object:
    """Return ``value`` as JSON that PostgreSQL can store."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {storable(str(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [_plain(each) for each in items]
    return storable(str(value))
