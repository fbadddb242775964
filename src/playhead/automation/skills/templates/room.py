"""What a rendering may use up, and what it may look at."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playhead.automation.skills.errors import TemplateFailed
from playhead.automation.timeline import Timeline
from playhead.base.time import Micros

MOST_STEPS = 200_000
MOST_SECONDS = 2.0
MOST_LOOKS = 20
BREATH_SECONDS = 0.01


@dataclass(slots=True)
class Room:
    """Counts what one rendering does; past a limit it ends.

    Attributes:
        timeline: The recorded past; None where there is none.
        at: The instant that the template looks at.
        clock: Seconds; only differences matter. What is waited for does not count.
    """

    timeline: Timeline | None
    at: Micros
    clock: Callable[[], float] = time.perf_counter
    steps_left: int = MOST_STEPS
    looks_left: int = MOST_LOOKS
    seconds_left: float = MOST_SECONDS
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self._since = self.clock()

    def spend(self, steps: int) -> None:
        """Count ``steps``: a part of the template that is rendered, or 1,000 characters handled.

        Raises:
            TemplateFailed: That is too many, or it takes too long.
        """
        self.steps_left -= steps
        if self.steps_left < 0:
            raise TemplateFailed(f"the template takes more than {MOST_STEPS} steps")
        if self.clock() - self._since > self.seconds_left:
            raise TemplateFailed(f"the template takes longer than {MOST_SECONDS:g} s to render")

    async def turn(self, steps: int) -> None:
        """Count ``steps``, and let others go on when this has taken a while."""
        self.spend(steps)
        if self.clock() - self._since > BREATH_SECONDS:
            async with self.waiting():
                await asyncio.sleep(0)

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Timeline]:
        """Give the timeline for one question.

        Raises:
            TemplateFailed: There were too many questions, or there is no recorded past here.
        """
        if self.timeline is None:
            raise TemplateFailed("there is no recorded market data here")
        self.looks_left -= 1
        if self.looks_left < 0:
            raise TemplateFailed(f"a template looks at markets {MOST_LOOKS} times at most")
        async with self.waiting():
            yield self.timeline

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """Stop the clock."""
        self.seconds_left -= self.clock() - self._since
        try:
            yield
        finally:
            self._since = self.clock()
