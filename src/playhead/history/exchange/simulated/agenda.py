"""What is to happen, in order of time; of two things at one instant, the one planned first."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from playhead.base.time import Micros

Task = Callable[[Micros], object]
"""Gets the instant at which it was planned to run."""


class Agenda:
    """A queue of tasks in virtual time."""

    def __init__(self) -> None:
        self._entries: list[tuple[Micros, int, Task]] = []
        self._numbers = count()

    def plan(self, at: int, task: Task) -> None:
        """Run ``task`` at ``at``."""
        heappush(self._entries, (Micros(at), next(self._numbers), task))

    def run(self, until: Micros) -> None:
        """Run, in order, everything due up to and at ``until``, also what is planned meanwhile."""
        entries = self._entries
        while entries and entries[0][0] <= until:
            at, _, task = heappop(entries)
            task(at)
