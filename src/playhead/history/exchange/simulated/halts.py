"""Matching engines that stand still for a while: what they hold rests, and nothing moves."""

from collections.abc import Iterable

from playhead.base.time import Micros

SHARDS = ("Default", "Combos", "Crypto", "Sports")
"""What the matching engines are for, by ``exchange_index``."""


class Halts:
    """Until when each matching engine stands still."""

    def __init__(self) -> None:
        self._ends: dict[int, Micros] = {}

    def begin(self, until: Micros, shards: Iterable[int]) -> None:
        """Let ``shards`` stand still until ``until``, exclusive; a longer halt goes on."""
        for shard in shards:
            self._ends[shard] = max(until, self._ends.get(shard, until))

    def end_of(self, shard: int, at: Micros) -> Micros | None:
        """Return when ``shard``, which stands still at ``at``, goes on; None if it runs."""
        end = self._ends.get(shard)
        return end if end is not None and at < end else None
