"""The signing keys: the only module that knows their table."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playhead.base.time import Micros
from playhead.kernel.auth.signing.model import SigningKey
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction
from playhead.storage.tenants import NOBODY, Tenants

SQL = load_sql(__package__)
LOCK = 0x706C_6179_5349_474E
"""Of the database's advisory locks, the one for making signing keys."""


class SigningKeys:
    """Reads, adds and retires keys."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def all(self, retired_after: Micros) -> list[SigningKey]:
        """Return the keys that are not retired, or were after that instant; the oldest first."""
        rows = await self._tenants.fetch_all(NOBODY, SQL.keys, retired_after=retired_after)
        return [_key(row) for row in rows]

    @asynccontextmanager
    async def alone(self) -> AsyncIterator["LockedKeys"]:
        """Open a transaction in which nobody else makes or retires keys."""
        async with self._tenants.transaction(NOBODY) as transaction:
            await transaction.fetch_optional(SQL.lock, lock=LOCK)
            yield LockedKeys(transaction)


class LockedKeys:
    """The keys, while nobody else changes them."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def all(self, retired_after: Micros) -> list[SigningKey]:
        """Return the keys that are not retired, or were after that instant; the oldest first."""
        rows = await self._transaction.fetch_all(SQL.keys, retired_after=retired_after)
        return [_key(row) for row in rows]

    async def replace(self, key: SigningKey, *, others_retired_at: Micros) -> None:
        """Add ``key``; every other signs no longer than until that instant."""
        await self._transaction.execute(SQL.retire, at=others_retired_at)
        await self._transaction.execute(
            SQL.add,
            key_id=key.key_id,
            public_key=json.dumps(dict(key.public_key)),
            sealed=key.sealed,
            created_at=key.created_at,
            signs_from=key.signs_from,
        )


def _key(row: Row) -> SigningKey:
    return SigningKey(
        key_id=row.key_id,
        public_key=row.public_key,
        sealed=row.sealed,
        created_at=row.created_at,
        signs_from=row.signs_from,
        retired_at=row.retired_at,
    )
