"""Where keys and people are looked up: the only module of access that knows their tables."""

from playhead.base.time import Micros
from playhead.kernel.access.ports import FoundKey, FoundPerson, Membership
from playhead.kernel.api_keys import KeyHash, KeyReader
from playhead.kernel.identity import Claims, Role, Scope
from playhead.storage.named_sql import load_sql
from playhead.storage.tenants import Tenant, Tenants

SQL = load_sql(__package__)


class AccessRegister:
    """Looks up keys (two round trips) and people (one)."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._keys = KeyReader(tenants)

    async def find_key(self, key_hash: bytes) -> FoundKey | None:
        """Return what is known of a key, or None.

        Raises:
            DatabaseUnavailable: Nobody can be asked.
        """
        org_id = await self._keys.organisation_of(KeyHash(key_hash))
        if org_id is None:
            return None
        row = await self._tenants.fetch_optional(
            Tenant(org_id), SQL.key, org_id=org_id, key_hash=key_hash
        )
        if row is None:
            return None
        return FoundKey(
            key_id=row.key_id,
            org_id=org_id,
            plan=row.plan,
            scopes=frozenset(Scope(scope) for scope in row.scopes),
            is_test=row.is_test,
            limit_per_minute=row.limit_per_minute,
            expires_at=row.expires_at,
            is_revoked=row.is_revoked,
            networks=tuple(row.allowed_networks),
        )

    async def find_person(self, claims: Claims, now: Micros) -> FoundPerson:
        """Return what is known of the person of a token, and of its session.

        Raises:
            DatabaseUnavailable: Nobody can be asked.
        """
        rows = await self._tenants.fetch_all(
            Tenant(user_id=claims.user_id),
            SQL.person,
            user_id=claims.user_id,
            session_id=claims.session_id,
            now=now,
        )
        memberships = tuple(
            Membership(row.org_id, Role(row.role), row.plan) for row in rows if row.org_id
        )
        return FoundPerson(rows[0].is_live, memberships)
