"""Who guesses credentials is slowed down, by address."""

from collections.abc import Callable, Mapping
from typing import Any

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.access.plans import per_minute
from playhead.kernel.access.warm import monotonic
from playhead.web.forwarded import address_block, client_address
from playhead.web.limits import Bucket, LimitExceeded, Limiting

NAME = "failed-authentication"
RATE = per_minute(60)
MOST_HELD = 10_000


class Failures:
    """Counts failed authentications, and holds back whoever has had too many.

    Who is held back may still use what was good when it was last looked up. So an address that many
    share does not shut out those who were there before, and one that guesses costs the database
    nothing.
    """

    def __init__(self, limiter: Limiting, *, now: Callable[[], Micros] = monotonic) -> None:
        """``now`` is a clock that only goes forward."""
        self._limiter = limiter
        self._now = now
        self._held: dict[str, Micros] = {}

    def check(self, scope: Mapping[str, Any]) -> None:
        """Return if something may be looked up for this request.

        Raises:
            LimitExceeded: Its address has had too many failures.
        """
        if not self._held:
            return
        block = address_block(client_address(scope))
        left = self._held.get(block, Micros(0)) - self._now()
        if left > 0:
            raise LimitExceeded(NAME, -(-left // MICROS_PER_SECOND))
        self._held.pop(block, None)

    async def note(self, scope: Mapping[str, Any]) -> None:
        """Count one failure of this request's address.

        Raises:
            LimitExceeded: It is one too many.
        """
        block = address_block(client_address(scope))
        try:
            await self._limiter.enforce([Bucket(NAME, block, RATE)], scope)
        except LimitExceeded as error:
            self._hold(block, error)
            raise

    def _hold(self, block: str, error: LimitExceeded) -> None:
        seconds = error.fields["retry_after"]
        assert isinstance(seconds, int)
        while len(self._held) >= MOST_HELD:
            del self._held[next(iter(self._held))]
        self._held[block] = Micros(self._now() + seconds * MICROS_PER_SECOND)
