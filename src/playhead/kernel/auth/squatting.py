"""Whoever signed up with an address that is not theirs leaves no key behind."""

from uuid import UUID

from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.auth.model import Visit
from playhead.kernel.auth.ports import KeyRevoker
from playhead.kernel.identity import Role
from playhead.kernel.identity.model import PERSON_PREFIX
from playhead.kernel.people import People
from playhead.storage.tenants import Tenant, Tenants


class Eviction:
    """Revokes the keys of organisations that were made under an address which nobody had proven.

    Sessions end with the password; keys do not, and who made them is not known to be the person
    whose address it is.
    """

    def __init__(self, tenants: Tenants, keys: KeyRevoker) -> None:
        self._tenants = tenants
        self._keys = keys

    async def is_due(self, user_id: UUID) -> bool:
        """Return whether the person has never shown that their address is theirs."""
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            return (await People(transaction).find(user_id)).email_verified_at is None

    async def evict(self, user_id: UUID, visit: Visit, now: Micros) -> None:
        """Revoke every key of the organisations that the person owns."""
        async with self._tenants.transaction(Tenant(user_id=user_id)) as transaction:
            belongings = await People(transaction).belongings()
        for org_id in (each.org_id for each in belongings if each.role is Role.OWNER):
            async with self._tenants.transaction(Tenant(org_id, user_id)) as transaction:
                await self._keys.revoke_all(
                    transaction,
                    org_id=org_id,
                    actor=format_id(PERSON_PREFIX, user_id),
                    address=visit.address,
                    request_id=visit.request_id,
                    now=now,
                )
