"""The functions that conditions have beside those of CEL. Pure; an error means "does not match"."""

from collections.abc import Callable, Mapping

from playhead.automation.reflexes.conditions.paths import ABSENT, walk
from playhead.base.exact import InexactNumber, parse_scaled

PRICE_DIGITS = 6
CONTRACT_DIGITS = 2
LONGEST_NUMBER = 40


def price(text: str) -> int:
    """Return the micro-dollars of a decimal text such as ``0.60``."""
    return _scaled(text, PRICE_DIGITS)


def contracts(text: str) -> int:
    """Return the hundredths of a contract of a decimal text such as ``12.50``."""
    return _scaled(text, CONTRACT_DIGITS)


def _scaled(text: str, digits: int) -> int:
    # CEL takes any ValueError for an error of the condition.
    if len(text) > LONGEST_NUMBER:
        raise ValueError("that is no decimal number")
    try:
        return parse_scaled(text, digits)
    except InexactNumber as error:
        raise ValueError(error.message) from error


def equals(value: object, wanted: object) -> bool:
    """Return whether two values are the same: texts whatever their case, numbers by value."""
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return value == wanted


def holds(value: object, wanted: object) -> bool:
    """Return whether a text has ``wanted`` in it, whatever its case, or a list one that equals it.

    Raises:
        ValueError: The value is neither.
    """
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted.casefold() in value.casefold()
    if isinstance(value, list):
        return any(equals(each, wanted) for each in value)
    raise ValueError("only a text or a list contains something")


def present(event: object, path: str) -> bool:
    """Return whether the event has a value at ``path``; null counts as none."""
    found = walk(event, path)
    return found is not ABSENT and found is not None


def truthy(value: object) -> bool:
    """Return whether a value is there and not false, zero, or an empty text."""
    return value is not None and value is not False and value not in (0, "")


BY_NAME: Mapping[str, Callable[..., object]] = {
    "price": price,
    "contracts": contracts,
    "equals": equals,
    "holds": holds,
    "present": present,
    "truthy": truthy,
}
