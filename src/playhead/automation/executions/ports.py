"""Who is told that an execution has ended, and where models come from."""

from typing import Protocol
from uuid import UUID

from playhead.automation.executions.model import Ended
from playhead.automation.models import Model, Provider
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


class Witness(Protocol):
    """Takes note of ends, such as a habit that counts failures."""

    async def ended(self, tx: Transaction, ended: Ended, *, now: Micros) -> None:
        """Take note of one end, once for each execution, in the transaction that ends it.

        What it raises keeps the execution from ending: the transaction is rolled back.
        """
        ...


class Models(Protocol):
    """Opens models in an organisation's name."""

    async def open(self, org_id: UUID, provider: Provider) -> Model:
        """Return the models of a provider, asked with the organisation's own key.

        Raises:
            ProviderKeyMissing: The organisation has put none here.
        """
        ...
