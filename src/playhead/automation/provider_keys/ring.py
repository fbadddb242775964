"""Opens the keys of providers for whoever asks a model in an organisation's name."""

from uuid import UUID

from playhead.automation.models import Provider
from playhead.automation.models.keys import ProviderKey
from playhead.automation.models.prices import PriceBook
from playhead.automation.provider_keys.repository import KeyRows
from playhead.storage.postgres import Transaction
from playhead.storage.sealing import Sealer


class KeyRing:
    """Seals and opens keys, each for one organisation and one provider only."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, key: ProviderKey, org_id: UUID, provider: Provider) -> bytes:
        """Return a key so that it can be kept."""
        return self._sealer.seal(key.reveal().encode("ascii"), purpose=purpose(org_id, provider))

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
        text = self._sealer.open(found.sealed, purpose=purpose(org_id, provider))
        return ProviderKey(text.decode("ascii")), found.base_url


def purpose(org_id: UUID, provider: Provider) -> str:
    """Return what a key is sealed for: nobody else's row can be put in its place."""
    return f"provider-key:{org_id}:{provider.value}"


def provider_of(prices: PriceBook, model: str) -> Provider:
    """Return who answers for a model.

    Raises:
        ModelUnknown: The price book has no such model, or several providers sell it.
    """
    return Provider(prices.find_anywhere(model).provider)
