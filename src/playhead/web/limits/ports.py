"""What the limiter needs from a server that all processes share, and what it is to others."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from playhead.web.limits.model import Bucket


class Scripts(Protocol):
    """Runs a Lua script atomically."""

    async def run(
        self, script: str, keys: Sequence[bytes], arguments: Sequence[int]
    ) -> Sequence[int]:
        """Return what the script returns; raise Unavailable if there is no answer in good time."""
        ...


class Limiting(Protocol):
    """Counts requests over all processes."""

    async def enforce(self, buckets: Sequence[Bucket], scope: Mapping[str, Any]) -> None:
        """Take one request from every bucket, and tell the client how they stand.

        Raises:
            LimitExceeded: One of them is full; then nothing was taken from any.
        """
        ...
