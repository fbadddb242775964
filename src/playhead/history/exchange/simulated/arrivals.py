"""When things happen: bursts that feed on themselves, at a given mean rate.

A Hawkes process in its cluster form: some arrivals come by themselves, and every arrival may bring
others soon after it in the same market (about a millisecond, a tenth of a second or a second on).
"""

from random import Random

from playhead.base.time import MICROS_PER_SECOND, Micros

_OFFSPRING = 0.85
_MORE = _OFFSPRING / (1 + _OFFSPRING)
_DELAYS = ((0.30, 1_000), (0.55, 100_000), (0.85, 1_000_000), (1.0, 6_000_000))
_DELTAS_PER_ACTION = 1.1


class Arrivals:
    """Draws the gaps between first arrivals and the delays of those that follow them.

    Args:
        rate: Changes of books a second, over all markets, in the long run.
    """

    def __init__(self, random: Random, rate: float) -> None:
        self._random = random
        per_second = rate * (1 - _OFFSPRING) / _DELTAS_PER_ACTION
        self._per_micro = per_second / MICROS_PER_SECOND

    def gap(self) -> Micros:
        """Return the time to the next arrival that nothing brought about."""
        return Micros(int(self._random.expovariate(self._per_micro)) + 1)

    def delays(self) -> list[Micros]:
        """Return how long after an arrival those come that it brings; most often none."""
        delays = []
        while self._random.random() < _MORE:
            delays.append(self._delay())
        return delays

    def _delay(self) -> Micros:
        roll = self._random.random()
        mean = next(mean for share, mean in _DELAYS if roll < share)
        return Micros(int(self._random.expovariate(1 / mean)) + 1)
