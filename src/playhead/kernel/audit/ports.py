"""What whoever does something that is told asks for."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


class AuditPort(Protocol):
    """Keeps what was done, in the transaction that does it."""

    async def append(
        self,
        transaction: Transaction,
        *,
        org_id: UUID,
        actor: str,
        action: str,
        subject: str,
        details: Mapping[str, object],
        address: str,
        request_id: str,
        now: Micros,
    ) -> None:
        """Add an entry in ``transaction``, which is one of that organisation."""
        ...
