"""An audit log with entries in it, and the hand of a superuser in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg

from playhead.base.time import Micros
from playhead.kernel.audit import Action, AuditLog, AuditReader, Verification, verify
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.stage import NOW


@asynccontextmanager
async def opened(url: str, *, connections: int = 8) -> AsyncIterator[Tenants]:
    async with Database.open(url, connections=connections) as database:
        yield Tenants(database)


async def append(tenants: Tenants, org_id: UUID, *, number: int = 0, actor: str = "test") -> None:
    async with tenants.transaction(Tenant(org_id)) as transaction:
        await AuditLog().append(
            transaction,
            org_id=org_id,
            actor=actor,
            action=Action.ORG_UPDATED if number % 2 else Action.KEY_CREATED,
            subject=f"it_{number}",
            details={"number": number, "text": "è\0\ud800", "list": (1, True, None)},
            address="192.0.2.1",
            request_id="req_1",
            now=Micros(NOW + number),
        )


async def verified(tenants: Tenants, org_id: UUID) -> Verification:
    return await verify(AuditReader(tenants), org_id)


def tamper(owner_url: str, statement: str) -> None:
    """Run a statement as the superuser that owns everything, past every trigger and policy."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET session_replication_role = replica")
        assert connection.execute(statement.encode()).rowcount > 0
