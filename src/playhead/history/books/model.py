"""Books and the changes that alter them. Pure: no clock, no I/O, no floats.

Kalshi keeps bids only, on two sides: a NO bid at q is a YES ask at 1 - q (``ladder`` shows it so).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import NewType

from playhead.base.exact import format_scaled, parse_scaled
from playhead.history.books.errors import NegativeSize

Price = NewType("Price", int)
"""Micro-dollars: 420000 is $0.42."""

Size = NewType("Size", int)
"""Hundredths of a contract: 1250 is 12.5 contracts."""

PRICE_DIGITS = 6
SIZE_DIGITS = 2
DOLLAR = Price(10**PRICE_DIGITS)


class Side(IntEnum):
    """The side of a resting bid. The numbers are stored on the tape: never change them."""

    YES = 0
    NO = 1


@dataclass(frozen=True, slots=True)
class Change:
    """Add ``size`` (negative: take away) to the bids on ``side`` at ``price``.

    ``price`` is the side's own price: micro-dollars of NO for a NO bid.
    """

    side: Side
    price: Price
    size: Size


_NO_LEVELS: Mapping[Price, Size] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Book:
    """Resting bids by price, each side in its own price. A level with no size is absent."""

    yes: Mapping[Price, Size] = field(default_factory=lambda: _NO_LEVELS)
    no: Mapping[Price, Size] = field(default_factory=lambda: _NO_LEVELS)

    def side(self, side: Side) -> Mapping[Price, Size]:
        """Return the bids of one side."""
        return self.yes if side is Side.YES else self.no


def fold(book: Book, changes: Iterable[Change]) -> Book:
    """Return ``book`` after every change, in order.

    Raises:
        NegativeSize: A change takes away more than rests there, so one was lost or doubled.
    """
    sides = (dict(book.yes), dict(book.no))
    for change in changes:
        set_level(sides[change.side], change.price, change.size)
    return Book(yes=sides[Side.YES], no=sides[Side.NO])


def set_level(levels: dict[Price, Size], price: Price, change: Size) -> None:
    """Add ``change`` to the level at ``price`` in place; a level that reaches zero goes.

    Raises:
        NegativeSize: The level would fall below zero; ``levels`` is left as it was.
    """
    size = levels.get(price, 0) + change
    if size > 0:
        levels[price] = Size(size)
    elif size == 0:
        levels.pop(price, None)
    else:
        raise NegativeSize(price=price, size=size)


def parse_price(text: str) -> Price:
    """Return the micro-dollars of a decimal text in dollars.

    Raises:
        InexactNumber: The text is malformed or finer than a micro-dollar.
    """
    return Price(parse_scaled(text, PRICE_DIGITS))


def parse_size(text: str) -> Size:
    """Return the hundredths of a decimal text in contracts.

    Raises:
        InexactNumber: The text is malformed or finer than a hundredth.
    """
    return Size(parse_scaled(text, SIZE_DIGITS))


def format_price(price: Price) -> str:
    """Return dollars with at least four digits after the point, as the exchange writes them."""
    return format_scaled(price, PRICE_DIGITS, 4)


def format_size(size: Size) -> str:
    """Return contracts with two digits after the point, as the exchange writes them."""
    return format_scaled(size, SIZE_DIGITS, 2)
