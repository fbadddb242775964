"""The one way to a tenant's rows: a transaction that says whose they are.

The tenant is set for the transaction only. What is set for a session outlives its borrower and
would serve one tenant's rows to the next who gets the connection from the pool.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from playhead.storage.postgres import Database, Row, Transaction
from playhead.storage.roles import SYSTEM_ROLE

SET_TENANT = (
    "SELECT set_config('app.org_id', %(org_id)s, true) AS org_id,"
    " set_config('app.user_id', %(user_id)s, true) AS user_id"
)

SEE_ALL = (
    "SELECT set_config('transaction_read_only', 'on', true) AS read_only,"
    f" set_config('role', '{SYSTEM_ROLE}', true) AS role"
)


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whose rows a transaction may touch: an organisation's, a person's, both or nobody's."""

    org_id: UUID | None = None
    user_id: UUID | None = None

    def settings(self) -> dict[str, str]:
        """Return the values of ``app.org_id`` and ``app.user_id``; empty means nobody."""
        return {
            "org_id": str(self.org_id) if self.org_id else "",
            "user_id": str(self.user_id) if self.user_id else "",
        }


NOBODY = Tenant()
"""Sees no tenant's rows; the few functions that resolve a secret to its owner can be called."""


class Tenants:
    """Transactions of tenants over a database that is connected as the service role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def transaction(self, tenant: Tenant) -> AsyncIterator[Transaction]:
        """Open a transaction of ``tenant``; commit at the end, roll back on an error.

        Beginning and naming the tenant travel with the first statement: they cost no round trip.

        Raises:
            DatabaseUnavailable: No connection can be had, or it breaks.
        """
        async with self._database.pipelined() as transaction:
            await transaction.send(SET_TENANT, **tenant.settings())
            yield transaction

    async def fetch_optional(self, tenant: Tenant, query: str, **parameters: object) -> Row | None:
        """Return the first row of one statement in a transaction of its own, or None."""
        rows = await self.fetch_all(tenant, query, **parameters)
        return rows[0] if rows else None

    async def fetch_all(self, tenant: Tenant, query: str, **parameters: object) -> list[Row]:
        """Return every row of one statement in a transaction of its own: one round trip.

        Raises:
            DatabaseUnavailable: No connection can be had, or it breaks.
        """
        return await self._database.fetch_pipelined(
            SET_TENANT, tenant.settings(), query, parameters
        )


class SystemView:
    """Looks at the rows of all tenants, over a database that is connected as its owner.

    Only for commands of the operator, who has the database anyway, and for what they ask across
    tenants: which organisations and people there are. Nothing that answers requests may have one;
    the service role could not use it either. It reads only: whatever changes a tenant's rows goes
    through `Tenants`, whose rules then hold for the operator too.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Open a transaction that sees every tenant's rows and changes none.

        Raises:
            DatabaseUnavailable: No connection can be had, or it breaks.
        """
        async with self._database.transaction() as transaction:
            await transaction.send(SEE_ALL)
            yield transaction
