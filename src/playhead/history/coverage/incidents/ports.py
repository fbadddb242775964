"""What the incident endpoint and the page of record read from."""

from typing import Protocol

from playhead.history.coverage.incidents.model import Asked, Before, Incident


class IncidentReader(Protocol):
    """The incidents that the recordings here tell of."""

    async def page(self, asked: Asked, *, before: Before | None, limit: int) -> list[Incident]:
        """Return at most ``limit`` incidents, the newest first, from ``before`` on."""
        ...

    async def open_now(self) -> tuple[int, int]:
        """Return how many incidents are open, and how many markets wait for their books."""
        ...
