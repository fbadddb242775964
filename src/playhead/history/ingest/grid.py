"""Which prices a market can have, as far as a capture has told. Pure."""

from collections.abc import Iterable
from functools import lru_cache

Range = tuple[int, int, int]
Ranges = frozenset[Range]
Grid = frozenset[int]

DOLLAR = 1_000_000
_FINEST = 100
"""Micro-dollars: no published grid is finer."""
ANY_PRICE: Ranges = frozenset({(0, DOLLAR, _FINEST)})
_MOST_PRICES = 20_000


class Grids:
    """The price ranges of every market that a capture has named.

    What was once allowed stays allowed: orders may rest on an older grid, and what tells of a new
    one may come late.
    """

    def __init__(self) -> None:
        self._ranges: dict[str, Ranges] = {}

    def learn(self, ticker: str, told: Iterable[Range]) -> Ranges | None:
        """Allow these ranges too; return all that are allowed if that is news."""
        known = self._ranges.get(ticker)
        allowed = frozenset(told) if known is None else known.union(told)
        if not allowed or allowed == known:
            return None
        self._ranges[ticker] = allowed
        return allowed

    def restore(self, ticker: str, ranges: Iterable[Iterable[int]]) -> None:
        """Set what had been learnt before a restart."""
        self._ranges[ticker] = frozenset((int(a), int(b), int(c)) for a, b, c in ranges)

    def grid(self, ticker: str) -> Grid | None:
        """Return the prices that can be, in micro-dollars; None where nobody can tell."""
        ranges = self._ranges.get(ticker)
        return None if ranges is None else grid_of(ranges)


@lru_cache(maxsize=4096)
def grid_of(ranges: Ranges) -> Grid | None:
    """Return every price of these ranges strictly between nothing and a dollar.

    Both ends of a range belong to it. None for ranges that nobody can make sense of.
    """
    prices: set[int] = set()
    for start, end, step in ranges:
        if step < _FINEST or not 0 <= start <= end <= DOLLAR:
            return None
        prices.update(range(start, end + 1, step))
        if len(prices) > _MOST_PRICES:
            return None
    return frozenset(prices - {0, DOLLAR})
