"""When to heal because of frames that nobody can read: at once, but not without end. Pure."""

from random import Random

from playhead.history.kalshi import Backoff


class Doubts:
    """A doubt is acted upon at once, or, while they go on coming, after ever longer waits."""

    def __init__(self, pace: Backoff, random: Random) -> None:
        self._pace = pace
        self._random = random
        self._is_open = False
        self._acted = 0
        self._not_before = float("-inf")

    def add(self) -> None:
        """Take in that there is reason to heal."""
        self._is_open = True

    def is_due(self, now: float) -> bool:
        """Whether to heal now; if so, every doubt so far is taken as dealt with."""
        if not self._is_open or now < self._not_before:
            return False
        if now - self._not_before > self._pace.longest_seconds:
            self._acted = 0
        self._is_open = False
        self._acted += 1
        self._not_before = now + self._pace.seconds(self._acted, self._random)
        return True
