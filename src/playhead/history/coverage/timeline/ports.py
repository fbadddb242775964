"""What the coverage endpoint and the command read one market's past from."""

from typing import Protocol

from playhead.base.time import Micros
from playhead.history.coverage.clock import Clock
from playhead.history.coverage.timeline.model import Timeline


class TimelineReader(Protocol):
    """What is known of single markets."""

    async def of_market(
        self, ticker: str, *, since: Micros, until: Micros, clock: Clock, now: Micros
    ) -> Timeline:
        """Return what is known of `[since, until)`; raise MarketNotFound for one never recorded."""
        ...
