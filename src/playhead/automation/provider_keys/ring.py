"""Opens the keys of providers for whoever asks a model in an organisation's name."""

from uuid import UUID

from playhead.automation.models import Provider
from playhead.automation.models.keys import ProviderKey
from playhead.automation.provider_keys.repository import KeyRows
from playhead.storage.postgres import Transaction
from playhead.storage.sealing import Sealer


class KeyRing:
    """Seals and opens keys, each for one organisation, one provider and one address only."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(
        self, key: ProviderKey, org_id: UUID, provider: Provider, base_url: str | None
    ) -> bytes:
        """Return a key so that it can be kept."""
        sealed_for = purpose(org_id, provider, base_url)
        return self._sealer.seal(key.reveal().encode("ascii"), purpose=sealed_for)

    async def key_for(
        self, transaction: Transaction, org_id: UUID, provider: Provider
    ) -> tuple[ProviderKey, str | None] | None:
        """Return an organisation's key of a provider and where it is used; None if there is none.

        The address is None for the provider's own; with one, ``Provider.COMPATIBLE`` is opened.

        Raises:
            SealBroken: It was altered, or another master key sealed it.
        """
        found = await KeyRows(transaction, org_id).find(provider)
        if found is None:
            return None
        sealed_for = purpose(org_id, provider, found.base_url)
        text = self._sealer.open(found.sealed, purpose=sealed_for)
        return ProviderKey(text.decode("ascii")), found.base_url


def purpose(org_id: UUID, provider: Provider, base_url: str | None) -> str:
    """Return what a key is sealed for.

    Nobody else's row can be put in its place, and it is sent to no other address by changing that.
    """
    return f"provider-key:{org_id}:{provider.value}:{base_url or ''}"
