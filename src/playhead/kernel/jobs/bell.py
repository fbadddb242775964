"""A bell between whoever enqueues jobs and the workers, in other processes."""

from typing import Protocol


class JobBell(Protocol):
    """Tells workers to look for jobs at once instead of within 200 ms."""

    async def ring(self) -> None:
        """Ring, once what was enqueued (or asked to be cancelled) is committed. Never raises."""


class SilentBell:
    """No bell: workers look by themselves."""

    async def ring(self) -> None:
        """Do nothing."""
