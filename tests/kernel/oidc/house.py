"""Our side of sign-in with a provider: the adapter over a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from playhead.kernel.api_keys import FirstKey
from playhead.kernel.audit import AuditLog, AuditReader, Filters
from playhead.kernel.auth import Tokens, Visit
from playhead.kernel.auth.pace import Pace
from playhead.kernel.identity import Claims
from playhead.kernel.oidc import OidcSettings, OidcSignIn, open_oidc
from playhead.kernel.orgs import Founding
from playhead.kernel.people import Email, People
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.oidc.stage import PASSWORD, PATIENT, SEALER, MovableClock

HERE = Visit("192.0.2.1", "a browser", "req_test")


@dataclass
class House:
    """The adapter, and what stands in the database."""

    sign_in: OidcSignIn
    tenants: Tenants
    clock: MovableClock

    async def come_in(self, email: Email) -> tuple[Tokens, Claims]:
        tokens = await self.sign_in.sign_in(email, PASSWORD, HERE)
        return tokens, await self.sign_in.read(tokens.access_token)

    async def organisations(self, user_id: UUID) -> list[UUID]:
        async with self.tenants.transaction(Tenant(user_id=user_id)) as transaction:
            return [each.org_id for each in await People(transaction).belongings()]

    async def actions(self, org_id: UUID) -> list[str]:
        page = await AuditReader(self.tenants).page(org_id, Filters(), limit=100)
        return [entry.action for entry in page]


@asynccontextmanager
async def open_house(url: str, settings: OidcSettings) -> AsyncIterator[House]:
    """Open an adapter over the database at ``url``, which is connected to as the service role."""
    clock, audit = MovableClock(), AuditLog()
    async with Database.open(url) as database:
        tenants = Tenants(database)
        async with open_oidc(
            settings,
            tenants=tenants,
            sealer=SEALER,
            audit=audit,
            founding=Founding(),
            first_key=FirstKey(audit),
            now=clock.now,
            monotonic=clock.monotonic,
            policy=PATIENT,
            pace=Pace(0),
        ) as opened:
            yield House(opened, tenants, clock)
