"""The rows of provider keys: the only module of the feature that knows their table."""

from typing import NamedTuple
from uuid import UUID

from playhead.automation.models import Provider
from playhead.automation.provider_keys.errors import ProviderKeyNotFound
from playhead.automation.provider_keys.model import StoredKey
from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Transaction

SQL = load_sql(__package__)


class Sealed(NamedTuple):
    """A key as it is kept."""

    sealed: bytes
    base_url: str | None


class KeyRows:
    """The provider keys of one organisation, in a transaction of its tenant."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def all(self) -> list[StoredKey]:
        """Return that there are keys, by provider."""
        rows = await self._transaction.fetch_all(SQL.list, org_id=self._org_id)
        return [StoredKey(Provider(row.provider), *row[1:]) for row in rows]

    async def put(self, key: StoredKey, sealed: bytes) -> tuple[Micros, bool]:
        """Keep a key in place of the one before; return when there was first one, and if now."""
        row = await self._transaction.fetch_optional(
            SQL.put,
            org_id=self._org_id,
            provider=key.provider.value,
            sealed=sealed,
            hint=key.hint,
            base_url=key.base_url,
            by=key.created_by,
            now=key.updated_at,
        )
        assert row is not None
        return row.created_at, row.is_new

    async def remove(self, provider: Provider) -> None:
        """Forget a key.

        Raises:
            ProviderKeyNotFound: There is none.
        """
        row = await self._transaction.fetch_optional(
            SQL.remove, org_id=self._org_id, provider=provider.value
        )
        if row is None:
            raise ProviderKeyNotFound(provider)

    async def find(self, provider: Provider) -> Sealed | None:
        """Return a key as it is kept, or None."""
        row = await self._transaction.fetch_optional(
            SQL.find, org_id=self._org_id, provider=provider.value
        )
        return None if row is None else Sealed(bytes(row.sealed), row.base_url)
