"""Put, list and remove the keys of providers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from playhead.automation.models import Provider
from playhead.automation.models.keys import ProviderKey
from playhead.automation.provider_keys.model import StoredKey, check_place, hint_of
from playhead.automation.provider_keys.repository import KeyRows
from playhead.automation.provider_keys.ring import KeyRing
from playhead.base.time import Micros
from playhead.kernel.audit import Action, AuditPort
from playhead.kernel.identity import Caller
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenants


@dataclass(frozen=True, slots=True)
class ProviderKeyDesk:
    """Where keys of providers are put and removed. None of them is ever given back.

    Attributes:
        inside: Whether servers on this network may be asked; see `check_place`.
    """

    tenants: Tenants
    audit: AuditPort
    ring: KeyRing
    inside: bool = False

    async def all(self, caller: Caller) -> list[StoredKey]:
        """Return that there are keys, by provider."""
        async with self.tenants.transaction(caller.tenant) as transaction:
            return await KeyRows(transaction, caller.org).all()

    async def put(
        self,
        caller: Caller,
        provider: Provider,
        key: ProviderKey,
        base_url: str | None,
        now: Micros,
    ) -> tuple[StoredKey, bool]:
        """Keep a key in place of the one before; return how it is known, and if it is the first.

        Raises:
            ProviderPlaceInvalid: It may not be used at ``base_url``.
        """
        check_place(provider, base_url, inside=self.inside)
        kept = StoredKey(provider, hint_of(key), base_url, caller.name, now, now)
        sealed = self.ring.seal(key, caller.org, provider, base_url)
        async with self.tenants.transaction(caller.tenant) as transaction:
            created_at, is_new = await KeyRows(transaction, caller.org).put(kept, sealed)
            details = {"hint": kept.hint, "base_url": base_url, "replaced": not is_new}
            await self._note(transaction, caller, Action.PROVIDER_KEY_PUT, provider, details, now)
        return replace(kept, created_at=created_at), is_new

    async def remove(self, caller: Caller, provider: Provider, now: Micros) -> None:
        """Forget a key.

        Raises:
            ProviderKeyNotFound: There is none.
        """
        async with self.tenants.transaction(caller.tenant) as transaction:
            await KeyRows(transaction, caller.org).remove(provider)
            await self._note(transaction, caller, Action.PROVIDER_KEY_REMOVED, provider, {}, now)

    async def _note(
        self,
        transaction: Transaction,
        caller: Caller,
        action: Action,
        provider: Provider,
        details: Mapping[str, object],
        now: Micros,
    ) -> None:
        await self.audit.append(
            transaction,
            org_id=caller.org,
            actor=caller.name,
            action=action.value,
            subject=provider.value,
            details=details,
            address=caller.address,
            request_id=caller.request_id,
            now=now,
        )
