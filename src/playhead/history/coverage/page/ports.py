"""What the page of record reads recordings from."""

from typing import Protocol

from playhead.history.coverage.page.model import Recorder


class RecorderReader(Protocol):
    """The recordings that go on."""

    async def newest(self, limit: int) -> list[Recorder]:
        """Return at most ``limit``, those first that were heard of last."""
        ...
