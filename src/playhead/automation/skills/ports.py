"""What skills ask of whoever runs them."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


class Runs(Protocol):
    """The executions of skills."""

    async def end_of_skills(
        self, tx: Transaction, org_id: UUID, skill_ids: Collection[UUID], *, by: str, now: Micros
    ) -> None:
        """End what has not ended of skills that are about to be deleted; ``by`` is who deletes."""
        ...


class NoRuns:
    """Where nothing runs."""

    async def end_of_skills(
        self, tx: Transaction, org_id: UUID, skill_ids: Collection[UUID], *, by: str, now: Micros
    ) -> None:
        """Do nothing."""


NOTHING = NoRuns()
