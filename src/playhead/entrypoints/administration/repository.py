"""Looking across tenants, and making what belongs to none yet: the operator's own statements."""

from uuid import UUID

from playhead.base.time import Micros
from playhead.entrypoints.administration.model import OrgRecord, PersonRecord
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Session, Transaction

SQL = load_sql(__package__)


class AllTenants:
    """Everybody's rows, in a transaction of `SystemView`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def organisations(
        self,
        *,
        now: Micros,
        limit: int,
        part: str | None = None,
        name: str | None = None,
        org_id: UUID | None = None,
    ) -> list[OrgRecord]:
        """Return at most ``limit`` organisations, the oldest first; ``part`` is one of a name."""
        rows = await self._transaction.fetch_all(
            SQL.organisations, now=now, limit=limit, text=part, name=name, org_id=org_id
        )
        return [OrgRecord(*row) for row in rows]

    async def people(self, *, now: Micros, limit: int, part: str | None) -> list[PersonRecord]:
        """Return at most ``limit`` people, the oldest first; ``part`` is one of an address."""
        rows = await self._transaction.fetch_all(SQL.people, now=now, limit=limit, text=part)
        return [_person(row) for row in rows]

    async def has_live_key(self, now: Micros) -> bool:
        """Return whether any key opens something."""
        return await self._transaction.fetch_optional(SQL.live_key, now=now) is not None

    async def owner_of_key(self, key_id: UUID) -> UUID | None:
        """Return whose key has an id, or None."""
        row = await self._transaction.fetch_optional(SQL.key_owner, key_id=key_id)
        return None if row is None else UUID(int=row.org_id.int)


def has_organisations(session: Session) -> bool:
    """Return whether the database has accounts at all."""
    row = session.fetch_optional(SQL.schema)
    return row is not None and bool(row.has_organisations)


async def add_organisation(
    transaction: Transaction, org_id: UUID, name: str, plan: str, now: Micros
) -> bool:
    """Make an organisation that nobody belongs to; False if there is one of this id."""
    row = await transaction.fetch_optional(
        SQL.add_organisation, org_id=org_id, name=name, plan=plan, now=now
    )
    return row is not None


def _person(row: Row) -> PersonRecord:
    return PersonRecord(
        user_id=row.user_id,
        email=row.email,
        is_verified=row.is_verified,
        name=f"{row.first_name} {row.last_name}",
        has_password=row.has_password,
        created_at=row.created_at,
        organisations=tuple(zip(row.organisations, row.roles, strict=True)),
        live_sessions=row.live_sessions,
    )
