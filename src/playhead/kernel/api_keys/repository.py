"""The rows of API keys: the only module of the feature that knows their tables."""

from collections.abc import Sequence
from datetime import date
from typing import cast
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.api_keys.errors import KeyNotFound
from playhead.kernel.api_keys.model import ApiKey, Author, DayOfUse, KeySettings
from playhead.kernel.api_keys.text import KeyHash
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row, Transaction
from playhead.storage.tenants import NOBODY, Tenant, Tenants

SQL = load_sql(__package__)


class KeyRows:
    """The keys of one organisation, in a transaction of its own that may change them."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def admit(self, author: Author, now: Micros) -> None:
        """Return if the author still administers the organisation, as they will until we commit.

        Whoever is removed at this moment must not leave a key behind.

        Raises:
            NoOrganisation: The organisation is gone.
            ScopeMissing: They do not.
        """
        if await self._transaction.fetch_optional(SQL.lock, org_id=self._org_id) is None:
            raise NoOrganisation
        if author.user_id is None and author.key_id is None:
            return  # an operator
        row = await self._transaction.fetch_optional(
            SQL.may_administer,
            org_id=self._org_id,
            user_id=author.user_id,
            key_id=author.key_id,
            now=now,
        )
        if row is None or not row.found:
            raise ScopeMissing({Scope.ADMIN})

    async def count_live(self, now: Micros, *, besides: UUID | None = None) -> int:
        """Return how many keys are live ``besides`` one; who was admitted counts alone."""
        row = await self._transaction.fetch_optional(
            SQL.count_live, org_id=self._org_id, now=now, besides=besides
        )
        assert row is not None
        live: int = row.live
        return live

    async def insert(self, key: ApiKey, key_hash: KeyHash) -> None:
        """Add a key. Costs no round trip."""
        await self._transaction.send(
            SQL.insert,
            **_settings(key),
            hint=key.hint,
            key_hash=key_hash,
            is_test=key.is_test,
            created_by=key.created_by,
            created_at=key.created_at,
        )

    async def save(self, key: ApiKey) -> None:
        """Write what may change about a key. Costs no round trip."""
        await self._transaction.send(
            SQL.save,
            **_settings(key),
            revoked_at=key.revoked_at,
            revoked_because=key.revoked_because,
            replaced_by=key.replaced_by,
        )

    async def take(self, key_id: UUID) -> ApiKey:
        """Return a key and keep others from changing it until we commit.

        Raises:
            KeyNotFound: The organisation has none of this id.
        """
        row = await self._transaction.fetch_optional(SQL.take, org_id=self._org_id, key_id=key_id)
        if row is None:
            raise KeyNotFound(key_id)
        return _key(row)

    async def take_by_hash(self, key_hash: KeyHash) -> ApiKey | None:
        """Return the key that hashes to this, likewise, or None."""
        row = await self._transaction.fetch_optional(
            SQL.take_by_hash, org_id=self._org_id, key_hash=key_hash
        )
        return None if row is None else _key(row)

    async def take_administering(self, user_id: UUID, now: Micros) -> list[ApiKey]:
        """Return the live keys with the scope `admin` that a person made, likewise."""
        rows = await self._transaction.fetch_all(
            SQL.take_administering, org_id=self._org_id, user_id=user_id, now=now
        )
        return [_key(row) for row in rows]

    async def take_live(self, now: Micros) -> list[ApiKey]:
        """Return every key that opens anything, likewise."""
        rows = await self._transaction.fetch_all(SQL.take_live, org_id=self._org_id, now=now)
        return [_key(row) for row in rows]

    async def maker_of(self, key_id: UUID) -> UUID | None:
        """Return the person who made a key; None: an operator did, or it is gone."""
        row = await self._transaction.fetch_optional(SQL.find, org_id=self._org_id, key_id=key_id)
        return None if row is None else cast(UUID | None, row.created_by)

    async def owners(self) -> list[str]:
        """Return the e-mail addresses of the organisation's owners."""
        return [row.email for row in await self._transaction.fetch_all(SQL.owners)]

    async def add_usage(self, used: Sequence[tuple[UUID, date, int, Micros]]) -> None:
        """Add to the counts: each a key, a day, requests on it, and the last one's time."""
        key_ids, days, requests, last_used = (list(column) for column in zip(*used, strict=True))
        await self._transaction.send(
            SQL.add_usage,
            org_id=self._org_id,
            key_ids=key_ids,
            days=days,
            requests=requests,
            last_used=last_used,
        )


class KeyReader:
    """Reads keys, each time in one round trip."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def find(self, org_id: UUID, key_id: UUID) -> ApiKey:
        """Return one key of an organisation.

        Raises:
            KeyNotFound: It has none of this id.
        """
        row = await self._tenants.fetch_optional(
            Tenant(org_id), SQL.find, org_id=org_id, key_id=key_id
        )
        if row is None:
            raise KeyNotFound(key_id)
        return _key(row)

    async def page(
        self, org_id: UUID, *, before: UUID | None = None, revoked: bool, limit: int
    ) -> list[ApiKey]:
        """Return at most ``limit`` keys that are older than ``before``, the newest first."""
        rows = await self._tenants.fetch_all(
            Tenant(org_id), SQL.page, org_id=org_id, before=before, revoked=revoked, limit=limit
        )
        return [_key(row) for row in rows]

    async def usage(
        self, org_id: UUID, key_ids: Sequence[UUID], *, since: date, until: date
    ) -> dict[UUID, list[DayOfUse]]:
        """Return the days in [since, until) on which each key was used, in order."""
        rows = await self._tenants.fetch_all(
            Tenant(org_id),
            SQL.usage,
            org_id=org_id,
            key_ids=list(key_ids),
            since=since,
            until=until,
        )
        days: dict[UUID, list[DayOfUse]] = {key_id: [] for key_id in key_ids}
        for row in rows:
            days[row.key_id].append(DayOfUse(row.day, row.requests))
        return days

    async def organisation_of(self, key_hash: KeyHash) -> UUID | None:
        """Return whose key hashes to this, or None if nobody's does."""
        row = await self._tenants.fetch_optional(NOBODY, SQL.organisation, key_hash=key_hash)
        return None if row is None else row.org_id


def _settings(key: ApiKey) -> dict[str, object]:
    chosen = key.settings
    return {
        "org_id": key.org_id,
        "key_id": key.key_id,
        "name": chosen.name,
        "scopes": sorted(scope.value for scope in chosen.scopes),
        "networks": [str(network) for network in chosen.allowed_networks],
        "limit_per_minute": chosen.limit_per_minute,
        "expires_at": chosen.expires_at,
        "updated_at": key.updated_at,
    }


def _key(row: Row) -> ApiKey:
    settings = KeySettings(
        name=row.name,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        expires_at=row.expires_at,
        allowed_networks=tuple(row.allowed_networks),
        limit_per_minute=row.limit_per_minute,
    )
    return ApiKey(
        key_id=row.key_id,
        org_id=row.org_id,
        hint=row.hint,
        is_test=row.is_test,
        settings=settings,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        revoked_at=row.revoked_at,
        revoked_because=row.revoked_because,
        replaced_by=row.replaced_by,
        last_used_at=row.last_used_at,
    )
