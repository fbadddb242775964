"""Where keys and answers are kept, and who it is that asks."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from playhead.base.time import Micros
from playhead.web.idempotency.model import Asked, Earlier, KeptAnswer, Owner

OwnerOf = Callable[[Mapping[str, Any]], Owner | None]
"""Tells from a request's ASGI scope, once the caller is known, whose key it has; None: nobody's."""


class IdempotencyStore(Protocol):
    """Keeps one request for each key of each owner."""

    async def begin(self, asked: Asked, now: Micros) -> Earlier | None:
        """Reserve the key for `LEASE` and return None, or return the request that has it.

        Of any number that begin at once with one key, None is returned to one. The key is free
        again when its answer has grown old, or when the lease of an equal request ran out.
        """
        ...

    async def finish(self, asked: Asked, started_at: Micros, answer: KeptAnswer) -> None:
        """Keep the answer of the request that began at ``started_at``, if the key is its still."""
        ...

    async def release(self, asked: Asked, started_at: Micros) -> None:
        """Give the key back, if it is still that request's and has no answer."""
        ...
