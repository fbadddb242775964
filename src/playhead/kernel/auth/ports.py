"""What sign-in needs of others: each is filled where the parts are put together."""

from typing import Protocol
from uuid import UUID

from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


class FirstKey(Protocol):
    """Makes an organisation's first API key."""

    async def create_first(
        self, transaction: Transaction, *, org_id: UUID, user_id: UUID, now: Micros
    ) -> str:
        """Return the key itself, which nobody can be shown again."""
        ...


class KeyRevoker(Protocol):
    """Revokes all API keys of an organisation."""

    async def revoke_all(
        self,
        transaction: Transaction,
        *,
        org_id: UUID,
        actor: str,
        address: str,
        request_id: str,
        now: Micros,
    ) -> int:
        """Revoke them in ``transaction``, which is one of it; return how many there were."""
        ...


class Founding(Protocol):
    """Makes organisations."""

    async def found(
        self, transaction: Transaction, *, org_id: UUID, name: str, owner: UUID, now: Micros
    ) -> None:
        """Make an organisation with its owner, in ``transaction``, which is one of that tenant."""
        ...
