"""How many contracts an order is for: a few sizes that bots repeat, and a long-tailed rest."""

import math
from random import Random

from playhead.history.books import Size

_HUNDREDTHS = 100
_USUAL = (1, 5, 10, 25, 50, 92, 95, 100, 115, 200, 250, 292, 500, 1_000, 5_000)
_LARGEST_ORDER = 20_000
_LARGEST_TRADE = 4_209


class Sizes:
    """One market's sizes: its own point masses and its own log-normal body."""

    def __init__(self, random: Random, *, fractional_share: float) -> None:
        self._random = random
        self._fractional_share = fractional_share
        self._repeated = tuple(random.choice(_USUAL) for _ in range(random.randint(2, 5)))
        self._repeat_share = random.uniform(0.3, 0.65)
        self._log_median = random.gauss(math.log(160), 0.9)

    def of_order(self) -> Size:
        """Return the size of a resting order."""
        if self._random.random() < self._repeat_share:
            choice = int(self._random.random() * len(self._repeated))
            return self._with_fraction(self._repeated[choice])
        return self._drawn(self._log_median, 1.7, _LARGEST_ORDER)

    def of_trade(self) -> Size:
        """Return what a taker wants: half of them at most 34 contracts, one in ten above 250."""
        return self._drawn(math.log(34), 1.56, _LARGEST_TRADE)

    def _drawn(self, log_median: float, spread: float, largest: int) -> Size:
        whole = int(self._random.lognormvariate(log_median, spread)) + 1
        return self._with_fraction(min(whole, largest))

    def _with_fraction(self, contracts: int) -> Size:
        hundredths = contracts * _HUNDREDTHS
        if self._random.random() < self._fractional_share:
            hundredths += self._random.randint(1, _HUNDREDTHS - 1)
        return Size(hundredths)
