"""A run of one market's events as columns, and the level codes that books are summed by.

A level code is ``price * 2 + side``: one integer names a side and a price, and its order is the
order of prices.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from playhead.history.books import Book, Price, Side, Size

Ints = NDArray[np.int64]

NO_TIME = np.iinfo(np.int64).min
"""Stands for "this clock was not recorded" in a column of times."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Events of one market in order of position; every array is int64 of shape ``(n,)``.

    Attributes:
        position: Strictly ascending.
        received_at: UTC microseconds by our clock, or NO_TIME.
        exchange_at: UTC microseconds by the exchange's clock, or NO_TIME.
        level: Level codes.
        change: Hundredths of a contract, signed, never zero.
    """

    position: Ints
    received_at: Ints
    exchange_at: Ints
    level: Ints
    change: Ints

    def __len__(self) -> int:
        return len(self.position)

    def cut(self, start: int, stop: int) -> "Columns":
        """Return the events from index ``start`` to before ``stop``, as views."""
        part = slice(start, stop)
        return Columns(
            self.position[part],
            self.received_at[part],
            self.exchange_at[part],
            self.level[part],
            self.change[part],
        )


@dataclass(frozen=True, slots=True)
class Levels:
    """A book as two arrays of equal length: level codes, strictly ascending, and sizes above 0."""

    level: Ints
    size: Ints


_NOTHING = np.empty(0, np.int64)
NO_EVENTS = Columns(_NOTHING, _NOTHING, _NOTHING, _NOTHING, _NOTHING)
_DENSE = 1 << 17


def joined(first: Columns, second: Columns) -> Columns:
    """Return the events of ``first`` and then those of ``second``."""
    return Columns(
        np.concatenate((first.position, second.position)),
        np.concatenate((first.received_at, second.received_at)),
        np.concatenate((first.exchange_at, second.exchange_at)),
        np.concatenate((first.level, second.level)),
        np.concatenate((first.change, second.change)),
    )


def levels_of(sizes: Mapping[int, int]) -> Levels:
    """Return the levels of ``sizes``, which maps level codes to sizes above 0."""
    codes = sorted(sizes)
    return Levels(
        np.array(codes, dtype=np.int64),
        np.array([sizes[code] for code in codes], dtype=np.int64),
    )


def book_of(levels: Levels) -> Book:
    """Return ``levels`` as a book."""
    sides: tuple[dict[Price, Size], dict[Price, Size]] = ({}, {})
    for code, size in zip(levels.level.tolist(), levels.size.tolist(), strict=True):
        sides[code & 1][Price(code >> 1)] = Size(size)
    return Book(yes=sides[Side.YES], no=sides[Side.NO])


@dataclass(frozen=True, slots=True)
class Grid:
    """Level codes with the prices' common unit taken out: ``price / unit * 2 + side``."""

    unit: int
    codes: Ints

    @classmethod
    def of(cls, level: Ints) -> "Grid":
        """Return level codes on the coarsest grid that holds them all."""
        prices = level >> 1
        unit = (int(np.gcd.reduce(prices)) if len(level) else 0) or 1
        return cls(unit, prices // unit * 2 + (level & 1))

    def levels(self) -> Ints:
        """Return the level codes."""
        return (self.codes >> 1) * (self.unit * 2) + (self.codes & 1)

    def on(self, unit: int) -> Ints:
        """Return the codes on a finer grid, whose ``unit`` divides ours."""
        if unit == self.unit:
            return self.codes
        return (self.codes >> 1) * (self.unit // unit * 2) + (self.codes & 1)

    def cut(self, count: int) -> "Grid":
        """Return the first ``count`` codes."""
        return Grid(self.unit, self.codes[:count])


def sum_levels(start: Levels, level: Ints, change: Ints) -> Levels:
    """Return ``start`` after every change, summed at once: the order of changes does not matter.

    Levels whose sum is zero are absent. The result may hold negative sizes if a change was lost;
    what is on the tape was checked when it was written.
    """
    return sum_on_grid(Grid.of(start.level), start.size, Grid.of(level), change)


def sum_on_grid(start: Grid, size: Ints, level: Grid, change: Ints) -> Levels:
    """Return the sum of ``sum_levels`` for levels that are on grids."""
    unit = gcd(start.unit, level.unit)
    held, moved = start.on(unit), level.on(unit)
    span = max(int(held.max(initial=0)), int(moved.max(initial=0))) + 1
    if span > _DENSE:
        return _sum_sparse(np.concatenate((start.levels(), level.levels())), size, change)
    totals = np.zeros(span, dtype=np.int64)
    totals[held] = size
    np.add.at(totals, moved, change)
    found = np.flatnonzero(totals)
    return Levels(Grid(unit, found).levels(), totals[found])


def _sum_sparse(codes: Ints, size: Ints, change: Ints) -> Levels:
    found, where = np.unique(codes, return_inverse=True)
    totals = np.zeros(len(found), dtype=np.int64)
    np.add.at(totals, where, np.concatenate((size, change)))
    kept = totals != 0
    return Levels(found[kept], totals[kept])


def running_max(times: Ints, base: int | None) -> Ints:
    """Return the latest time seen up to and with each event; ``base`` came before the first.

    A clock that was not recorded leaves the running maximum where it was.
    """
    start = np.maximum(times, NO_TIME if base is None else base)
    return np.maximum.accumulate(start)
