"""What firing asks of executions."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from playhead.automation.executions import NewExecution, Refused
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


class Starts(Protocol):
    """Starts and cancels executions in a transaction of their organisation."""

    async def start(
        self, tx: Transaction, org_id: UUID, news: Sequence[NewExecution], *, now: Micros
    ) -> list[Refused]:
        """Start executions; return those that may not be started, and why."""
        ...

    async def cancel(
        self,
        tx: Transaction,
        org_id: UUID,
        execution_ids: Sequence[UUID],
        *,
        by: str,
        now: Micros,
    ) -> object:
        """Cancel executions; those that have ended stay as they are."""
        ...
