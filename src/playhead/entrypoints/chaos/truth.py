"""The true course of every book, as the simulated exchange itself tells it."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playhead.base.time import Micros
from playhead.history.books import Book
from playhead.history.exchange.simulated import BookChanged, Happening, Simulation

Levels = dict[int, int]
"""Sizes by level code: the price times two, plus the side."""


def _longs() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class Course:
    """One market's book at the start and every change since, in order.

    Change ``n`` adds ``size[n]`` to the level ``level[n]`` at ``at[n]`` by the exchange's clock,
    and is told to the world at ``told[n]`` by ours, which is later where the exchange is slow.
    Neither goes back; several changes may bear one instant.
    """

    start: Levels = field(default_factory=dict)
    at: "array[int]" = field(default_factory=_longs)
    told: "array[int]" = field(default_factory=_longs)
    level: "array[int]" = field(default_factory=_longs)
    size: "array[int]" = field(default_factory=_longs)

    def add(self, at: Micros, told: Micros, level: int, size: int) -> None:
        """Take in the next change."""
        self.at.append(at)
        self.told.append(max(told, self.told[-1] if self.told else told))
        self.level.append(level)
        self.size.append(size)

    def before(self, at: int) -> int:
        """Return how many changes came before the instant ``at`` of the exchange."""
        return bisect_left(self.at, at)

    def told_before(self, at: int) -> int:
        """Return how many changes were told before the instant ``at`` by our clock."""
        return bisect_left(self.told, at)


class Truth:
    """Collects what the exchange does to its books; ``observe`` is to hear of everything."""

    def __init__(self, simulation: Simulation, now: Callable[[], Micros]) -> None:
        """Take down the books as they are now, before anything happens."""
        self.began_at = simulation.now
        self._now = now
        self._courses = {
            ticker: Course(levels_of(market.book()))
            for ticker, market in simulation.venue.markets.items()
        }

    @property
    def courses(self) -> Mapping[str, Course]:
        """What happened to each market, by ticker."""
        return self._courses

    def observe(self, happening: Happening) -> None:
        """Take in what happened."""
        if type(happening) is BookChanged:
            course = self._courses.get(happening.ticker)
            if course is None:  # listed since: such a market begins with nothing
                course = self._courses[happening.ticker] = Course()
            level = happening.price * 2 + happening.side
            course.add(happening.at, self._now(), level, happening.size)


def levels_of(book: Book) -> Levels:
    """Return a book by level code."""
    yes = {price * 2: int(size) for price, size in book.yes.items()}
    return yes | {price * 2 + 1: int(size) for price, size in book.no.items()}
