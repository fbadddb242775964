"""Opens models in an organisation's name, with the keys that it has put here."""

from uuid import UUID

from playhead.automation.models import (
    LocalModel,
    Model,
    Provider,
    TimeOuts,
    Upstream,
    open_model,
)
from playhead.automation.provider_keys.errors import ProviderKeyMissing
from playhead.automation.provider_keys.ring import KeyRing
from playhead.storage.tenants import Tenant, Tenants


class TenantModels:
    """Models for organisations. A key is read when it is needed, and kept nowhere in clear."""

    def __init__(
        self,
        tenants: Tenants,
        ring: KeyRing,
        upstream: Upstream,
        *,
        time_outs: TimeOuts | None = None,
        local: LocalModel | None = None,
    ) -> None:
        self._tenants = tenants
        self._ring = ring
        self._upstream = upstream
        self._time_outs = time_outs
        self._local = local or LocalModel()

    async def open(self, org_id: UUID, provider: Provider) -> Model:
        """Return the models of a provider, asked with the organisation's own key.

        Raises:
            ProviderKeyMissing: The organisation has put none here.
            SealBroken: The key was altered, or another master key sealed it.
        """
        if provider is Provider.LOCAL:
            return self._local
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            found = await self._ring.key_for(transaction, org_id, provider)
        if found is None:
            raise ProviderKeyMissing(provider)
        key, base_url = found
        spoken = provider if base_url is None else Provider.COMPATIBLE
        return await open_model(
            spoken, key, self._upstream, base_url=base_url, time_outs=self._time_outs
        )
