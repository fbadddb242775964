"""Levels, changes and books. Pure: no clock, no I/O, no floats."""

from playhead.history.books.errors import NegativeSize
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
    "NegativeSize",
    "Price",
    "Side",
    "Size",
    "fold",
    "format_price",
    "format_size",
    "parse_price",
    "parse_size",
    "set_level",
]
