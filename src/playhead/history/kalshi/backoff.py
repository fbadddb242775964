"""How long to wait before trying again. Pure: randomness is an argument."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double up to ``longest_seconds``, each drawn evenly from zero to its bound.

    Drawing from zero spreads those who were thrown out together over the whole wait.
    """

    first_seconds: float = 0.5
    longest_seconds: float = 30.0

    def seconds(self, failures: int, random: Random) -> float:
        """Return the wait after ``failures`` (at least 1) failures in a row."""
        doublings = min(failures - 1, 32)
        return random.uniform(0, min(self.longest_seconds, self.first_seconds * 2**doublings))
