"""Levels, changes and books. Pure: no clock, no I/O, no floats."""

from playhead.history.books.digest import book_digest
from playhead.history.books.errors import NegativeSize
from playhead.history.books.ladder import Ladder, Level, best_levels, ladder_of
from playhead.history.books.model import (
    DOLLAR,
    PRICE_DIGITS,
    SIZE_DIGITS,
    Book,
    Change,
    Price,
    Side,
    Size,
    fold,
    format_price,
    format_size,
    parse_price,
    parse_size,
    set_level,
)

__all__ = [
    "DOLLAR",
    "PRICE_DIGITS",
    "SIZE_DIGITS",
    "Book",
    "Change",
    "Ladder",
    "Level",
    "NegativeSize",
    "Price",
    "Side",
    "Size",
    "best_levels",
    "book_digest",
    "fold",
    "format_price",
    "format_size",
    "ladder_of",
    "parse_price",
    "parse_size",
    "set_level",
]
