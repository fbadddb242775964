"""What the limiter needs from a server that all processes share."""

from collections.abc import Sequence
from typing import Protocol


class Scripts(Protocol):
    """Runs a Lua script atomically."""

    async def run(
        self, script: str, keys: Sequence[bytes], arguments: Sequence[int]
    ) -> Sequence[int]:
        """Return what the script returns; raise Unavailable if there is no answer in good time."""
        ...
