"""A book as a trader reads it: bids and asks in YES prices, best first.

A NO bid at q is somebody willing to sell YES at a dollar less q.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from playhead.history.books.model import DOLLAR, Book, Price, Size


@dataclass(frozen=True, slots=True)
class Level:
    """What rests at one price."""

    price: Price
    size: Size


@dataclass(frozen=True, slots=True)
class Ladder:
    """Bids from the highest down, asks from the lowest up, all in YES prices."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]

    @property
    def spread(self) -> Price | None:
        """The best ask less the best bid; None unless both sides have one."""
        if not (self.bids and self.asks):
            return None
        return Price(self.asks[0].price - self.bids[0].price)

    @property
    def mid_halves(self) -> int | None:
        """The middle of the best bid and ask in halves of a micro-dollar, so that it is exact."""
        if not (self.bids and self.asks):
            return None
        return self.asks[0].price + self.bids[0].price


def ladder_of(book: Book, depth: int | None = None) -> Ladder:
    """Return ``book`` in YES prices, at most ``depth`` levels a side."""
    return Ladder(
        bids=tuple(reversed(best_levels(book.yes, depth))),
        asks=tuple(
            Level(Price(DOLLAR - level.price), level.size)
            for level in reversed(best_levels(book.no, depth))
        ),
    )


def best_levels(bids: Mapping[Price, Size], depth: int | None = None) -> list[Level]:
    """Return the ``depth`` highest bids of a side in ascending order of its own price.

    Best last is the exchange's own order.
    """
    ascending = sorted(bids.items())
    kept = ascending if depth is None else ascending[max(0, len(ascending) - depth) :]
    return [Level(price, size) for price, size in kept]
