"""Workers that die anywhere: at any await, and before or after any statement."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

from playhead.storage.postgres import DatabaseUnavailable, Row, Transaction
from playhead.storage.tenants import Tenant, Tenants

SLOW = 0.2


class Killed(Exception):
    """The process died here."""


class Mortal(Transaction):
    """A transaction in which statements fail, before or after they ran."""

    def __init__(self, real: Transaction, dice: Random, share: float) -> None:
        self._real = real
        self._dice = dice
        self._share = share

    def _die(self) -> None:
        if self._dice.random() < self._share:
            raise Killed

    async def fetch_all(self, query: str, **parameters: object) -> list[Row]:
        self._die()
        found = await self._real.fetch_all(query, **parameters)
        self._die()
        return found

    async def fetch_optional(self, query: str, **parameters: object) -> Row | None:
        self._die()
        found = await self._real.fetch_optional(query, **parameters)
        self._die()
        return found

    async def execute(self, query: str, **parameters: object) -> int:
        self._die()
        return await self._real.execute(query, **parameters)

    async def send(self, query: str, **parameters: object) -> None:
        self._die()
        await self._real.send(query, **parameters)
        self._die()


class MortalTenants(Tenants):
    """Transactions that fail in the middle, or right after they were committed."""

    def __init__(self, real: Tenants, dice: Random, share: float) -> None:
        self._real = real
        self._dice = dice
        self._share = share

    @asynccontextmanager
    async def transaction(self, tenant: Tenant) -> AsyncIterator[Transaction]:
        async with self._real.transaction(tenant) as transaction:
            yield Mortal(transaction, self._dice, self._share)
        if self._dice.random() < self._share:
            raise Killed

    async def fetch_optional(self, tenant: Tenant, query: str, **parameters: object) -> Row | None:
        return await self._real.fetch_optional(tenant, query, **parameters)

    async def fetch_all(self, tenant: Tenant, query: str, **parameters: object) -> list[Row]:
        found = await self._real.fetch_all(tenant, query, **parameters)
        if self._dice.random() < self._share:
            raise Killed  # what was lent, is lent to the dead
        if self._dice.random() < SLOW:
            await asyncio.sleep(0.02)  # what it knows now is old by the time that it writes
        return found


async def perhaps_killed(
    work: Callable[[], Awaitable[object]], dice: Random, *, share: float
) -> None:
    """Do ``work``; now and then it is cancelled at one of its awaits, whichever."""
    task = asyncio.ensure_future(work())
    if dice.random() < share:
        await asyncio.wait([task], timeout=dice.random() * 0.01)
        task.cancel()
    with suppress(Killed, asyncio.CancelledError, DatabaseUnavailable, BaseExceptionGroup):
        await task
