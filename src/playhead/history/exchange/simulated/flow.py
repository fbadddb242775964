"""Who trades in one market, and how: quotes, undone quotes, moved quotes, and now and then a taker.

The shares are those measured on public recordings: about as many additions as reductions, many
reductions undoing the addition just before, some twenty changes of the book for a trade.
"""

import math
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from playhead.history.books import DOLLAR, Price, Side, Size
from playhead.history.exchange.simulated.engine import Effect, MatchingEngine, Order
from playhead.history.exchange.simulated.grid import Grid
from playhead.history.exchange.simulated.sizes import Sizes

_Choice = TypeVar("_Choice")

_OTHER = (Side.NO, Side.YES)
_CENT = 10_000
_TAKE_SHARE = 0.036
_MOVE_SHARE = 0.12
_DRIFT_SHARE = 0.02
_FAVOURED_SHARE = 0.4
_MOST_PULLED = 12


@dataclass(frozen=True, slots=True)
class Temper:
    """What is peculiar to one market's crowd.

    Attributes:
        half_spread: Micro-dollars between the fair price and the best quotes.
        depth: How many orders tend to rest.
        sides: Where quotes are put; one entry makes a one-sided book.
        undo_share: How often an addition is taken back at once.
        offsets: Distances from the best quote that bots favour, in micro-dollars.
    """

    half_spread: int
    depth: int
    sides: tuple[Side, ...]
    undo_share: float
    offsets: tuple[int, ...]


def draw_temper(random: Random, *, is_busy: bool) -> Temper:
    """Return a crowd: busy markets are deep and tight, quiet ones often empty or one-sided."""
    median = 1.2 if is_busy else 2.0
    cents = min(random.lognormvariate(math.log(median), 0.8), 35.0)
    kind = 1.0 if is_busy else random.random()
    sides = (Side.YES, Side.NO) if kind >= 0.33 else (random.choice((Side.YES, Side.NO)),)
    depth = random.randint(60, 160) if is_busy else random.randint(8, 45)
    return Temper(
        half_spread=int(cents * _CENT),
        depth=0 if kind < 0.2 else depth,
        sides=sides,
        undo_share=random.uniform(0.05, 0.35),
        offsets=tuple(_CENT * random.randint(0, 6) for _ in range(5)),
    )


class OrderFlow:
    """Decides, one action at a time, what the crowd does to the engine."""

    def __init__(
        self, random: Random, engine: MatchingEngine, temper: Temper, sizes: Sizes, fair: Price
    ) -> None:
        self._random = random
        self._engine = engine
        self._temper = temper
        self._sizes = sizes
        self._fair = int(fair)
        self._numbers: list[int] = []
        self._newest: int | None = None

    def seed(self, grid: Grid) -> None:
        """Fill the book as if trading had gone on for long."""
        for _ in range(self._temper.depth):
            self._quote(grid, self._sizes.of_order())
        self._newest = None

    def act(self, grid: Grid) -> list[Effect]:
        """Do one thing and return what came of it, in order."""
        roll = self._random.random()
        if roll < _TAKE_SHARE:
            return self._take(grid)
        if roll < _TAKE_SHARE + self._temper.undo_share and self._newest is not None:
            return self._undo()
        if roll > 1 - _DRIFT_SHARE:
            self._drift(self._random.choice((-1, 1)))
        if self._random.random() < self._share_of_additions():
            return self._quote(grid, self._sizes.of_order())
        return self._move_or_cancel(grid)

    def _share_of_additions(self) -> float:
        depth = self._temper.depth + 1
        lean = (depth - len(self._numbers)) / depth
        return min(max(0.5 + self._temper.undo_share / 2 + lean, 0.05), 0.95)

    def _quote(self, grid: Grid, size: Size) -> list[Effect]:
        side = self._one_of(self._temper.sides)
        price = grid.nearest(self._level(side))
        effects = self._pull_before(side, price)
        other = self._engine.best(_OTHER[side])
        if other is not None and price + other >= DOLLAR:
            return effects
        self._newest = self._engine.next_number
        self._numbers.append(self._newest)
        return effects + self._engine.place(side, price, size)

    def _level(self, side: Side) -> int:
        fair = self._fair if side is Side.YES else DOLLAR - self._fair
        best = max(fair - self._temper.half_spread, 1)
        if self._random.random() < _FAVOURED_SHARE:
            offset = self._one_of(self._temper.offsets)
        else:
            offset = int(self._random.expovariate(1 / (14 * _CENT)))
        return best - offset if offset < best else self._random.randint(1, best)

    def _pull_before(self, side: Side, price: Price) -> list[Effect]:
        # Makers whose quote the new one would hit are faster: they cancel before it comes.
        other, effects = _OTHER[side], list[Effect]()
        for _ in range(_MOST_PULLED):
            best = self._engine.best(other)
            if best is None or best + price < DOLLAR:
                break
            effects += self._engine.cancel(self._engine.first_in_line(other).number)
        return effects

    def _one_of(self, choices: tuple[_Choice, ...]) -> _Choice:
        return choices[int(self._random.random() * len(choices))]

    def _undo(self) -> list[Effect]:
        assert self._newest is not None
        number, self._newest = self._newest, None
        if self._numbers and self._numbers[-1] == number:
            self._numbers.pop()
        return self._engine.cancel(number)

    def _move_or_cancel(self, grid: Grid) -> list[Effect]:
        order = self._any_resting()
        if order is None:
            return []
        size = order.remaining
        effects = self._engine.cancel(order.number)
        if self._random.random() < _MOVE_SHARE:
            effects += self._quote(grid, size)
        return effects

    def _any_resting(self) -> Order | None:
        while self._numbers:
            index = self._random.randrange(len(self._numbers))
            self._numbers[index], self._numbers[-1] = self._numbers[-1], self._numbers[index]
            order = self._engine.order(self._numbers.pop())
            if order is not None:
                return order
        return None

    def _take(self, grid: Grid) -> list[Effect]:
        side = Side(self._random.randint(0, 1))
        other = self._engine.best(_OTHER[side])
        if other is None:
            return self._quote(grid, self._sizes.of_order())
        limit = grid.nearest(DOLLAR - other + _CENT * self._random.randint(0, 2))
        if self._random.random() < 0.5:
            self._drift(1 if side is Side.YES else -1)
        number = self._engine.next_number
        effects = self._engine.place(side, limit, self._sizes.of_trade())
        if self._engine.order(number) is not None:
            self._numbers.append(number)
        return effects

    def _drift(self, cents: int) -> None:
        self._fair = min(max(self._fair + cents * _CENT, _CENT // 2), DOLLAR - _CENT // 2)
