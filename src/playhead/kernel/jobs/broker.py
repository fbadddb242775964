"""What carries the ids of jobs to workers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol
from uuid import UUID

Receive = Callable[[Sequence[UUID]], Awaitable[None]]
"""Takes the ids of one message; the message is acknowledged when it returns."""


class Broker(Protocol):
    """Brings each message to some worker, as a rule once: lost, late and doubled ones do no harm.

    It holds on to ids only. A message that never arrives delays its jobs by two seconds.
    """

    @property
    def is_up(self) -> bool:
        """Whether the last message that was sent left us."""

    async def send(self, job_ids: Sequence[UUID]) -> bool:
        """Send one message; return whether it left us. Never raises, and soon returns."""

    def doubt(self) -> None:
        """Hear that messages did not arrive."""

    def stop(self) -> None:
        """Bring no more messages, from now on."""


class NoBroker:
    """There is none: each worker runs what it finds."""

    is_up = False

    async def send(self, job_ids: Sequence[UUID]) -> bool:
        """Send nothing."""
        return False

    def doubt(self) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""
