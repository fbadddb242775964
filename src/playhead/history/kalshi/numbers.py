"""The exchange's texts and integers as exact values, remembered because the wire repeats them."""

from collections.abc import Callable
from typing import Generic, TypeVar

from playhead.base.errors import Invalid
from playhead.base.exact import InexactNumber
from playhead.base.time import MICROS_PER_SECOND, InvalidInstant, Micros, parse_instant
from playhead.history.books import DOLLAR, Price, Size, parse_price, parse_size

MICROS_PER_CENT = DOLLAR // 100
HUNDREDTHS_PER_CONTRACT = 100
MOST_CONTRACTS = 10**12
END_OF_TIME = 253_402_300_800
"""Unix seconds of the first instant that has no four-digit year."""

_PREFIX = len("2026-11-21T12:00:00.")
_MICROS_AT = [10 ** (6 - places) for places in range(7)]
Value = TypeVar("Value", bound=int)


class PriceOutOfRange(Invalid):
    """A price below nothing or above the dollar that a contract can pay."""

    code = "kalshi.price_out_of_range"


class Remembered(dict[str, Value], Generic[Value]):
    """Answers of ``read`` by text. Holds at most ``limit`` of them, then starts afresh."""

    def __init__(self, read: Callable[[str], Value], limit: int) -> None:
        super().__init__()
        self._read = read
        self._limit = limit

    def __missing__(self, text: str) -> Value:
        value = self._read(text)
        if len(self) >= self._limit:
            self.clear()
        self[text] = value
        return value


def price_of(text: str) -> Price:
    """Return the micro-dollars of a text in dollars.

    Raises:
        InexactNumber: The text is malformed or finer than a micro-dollar.
        PriceOutOfRange: It is not between $0 and $1, both included.
    """
    return _checked(parse_price(text))


def price_of_cents(cents: int) -> Price:
    """Return the micro-dollars of whole cents, as the exchange sent them until March 2026.

    Raises:
        PriceOutOfRange: It is not between 0 and 100, both included.
    """
    return _checked(Price(cents * MICROS_PER_CENT))


def size_of_contracts(contracts: int) -> Size:
    """Return the hundredths of whole contracts, as the exchange sent them until March 2026.

    Raises:
        InexactNumber: No market holds that many.
    """
    if not -MOST_CONTRACTS <= contracts <= MOST_CONTRACTS:
        raise InexactNumber(f"{contracts} contracts are more than a market can hold")
    return Size(contracts * HUNDREDTHS_PER_CONTRACT)


def micros_of_seconds(seconds: int) -> Micros:
    """Return the microseconds of Unix seconds.

    Raises:
        InvalidInstant: The year has more than four digits, or lies before 1970.
    """
    if not 0 <= seconds < END_OF_TIME:
        raise InvalidInstant(f"{seconds} Unix seconds are not a date")
    return Micros(seconds * MICROS_PER_SECOND)


def micros_of_text(text: str) -> Micros:
    """Return what ``parse_instant`` returns, without parsing the same second twice.

    Raises:
        InvalidInstant: The text is malformed, names no offset, or is not a date.
    """
    if text[-1:] == "Z":
        digits = text[_PREFIX:-1]
    elif text[-6:] == "+00:00":
        digits = text[_PREFIX:-6]
    else:
        return parse_instant(text)
    places = len(digits)
    if places > 6 or not digits.isdecimal() or not digits.isascii():
        return parse_instant(text)
    micros: int = _SECONDS[text[:_PREFIX]] + int(digits) * _MICROS_AT[places]
    return micros  # type: ignore[return-value]  # a call saved a message


def _second_of(prefix: str) -> Micros:
    if prefix[-1:] != ".":
        raise InvalidInstant(f"{prefix!r} is not the start of an RFC 3339 time")
    return parse_instant(prefix[:-1] + "Z")


def _checked(price: Price) -> Price:
    if not 0 <= price <= DOLLAR:
        raise PriceOutOfRange(f"a price of {price} micro-dollars is not between 0 and 1 dollar")
    return price


PRICES = Remembered(price_of, 20_000)
SIZES = Remembered(parse_size, 60_000)
_SECONDS = Remembered(_second_of, 4_000)
