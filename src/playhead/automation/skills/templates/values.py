"""Values in templates: plain ones only, exact numbers, and their texts."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from playhead.automation.skills.errors import TemplateFailed

MOST_DIGITS = 40
MOST_CHARACTERS = 1_000_000
MOST_ITEMS = 10_000
MOST_WEIGHT = 4 * MOST_CHARACTERS
"""Of a list with all that is in it; what is in it twice counts twice."""

_VALUE_WEIGHT = 8
_NUMBER = re.compile(r"\s*-?\d{1,40}(?:\.\d{1,40})?\s*", re.ASCII)


class Exact(Decimal):
    """A price or a size: prints with the digits it was given, and is a text in JSON."""


def plain(value: object) -> object:
    """Return JSON as a template sees it: with exact numbers in place of floats."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def text_of(value: object) -> str:
    """Return a value as it is printed: texts as they are, lists and objects as JSON.

    Raises:
        TemplateFailed: It is too long, or nothing that can be printed.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return _digits(value)
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    if isinstance(value, Mapping | list | tuple):
        return json_of(value)
    return str(value)


def json_of(value: object) -> str:
    """Return a value as JSON."""
    return "".join(_bounded(_ENCODER.iterencode(_encodable(value))))


def is_heavy(value: object) -> bool:
    """Return whether a value is more than is to be handled at once, such as looked at or printed.

    A list may hold one large value many times, which costs no memory until then.
    """
    left, pending = MOST_WEIGHT, [value]
    while pending:
        each = pending.pop()
        left -= _VALUE_WEIGHT + (len(each) if isinstance(each, str) else 0)
        if left < 0:
            return True
        if isinstance(each, Mapping):
            pending.extend(each.values())
        elif isinstance(each, list | tuple):
            pending.extend(each)
    return False


def number_of(value: object) -> Decimal:
    """Return a value as a number; a text may hold one.

    Raises:
        TemplateFailed: It is none, or has too many digits.
    """
    if isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool)):
        _digits(value)
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value.strip())
    if value is None:
        raise TemplateFailed("a number is needed, and there is nothing")
    raise TemplateFailed(f"a number is needed, not {text_of(value)[:50]!r}")


def _digits(number: int | Decimal) -> str:
    exact = Decimal(number)
    if not exact.is_finite() or abs(exact.adjusted()) > MOST_DIGITS * 10:
        raise TemplateFailed("a number has too many digits")
    return f"{exact:f}"


def _encodable(value: object) -> object:
    if isinstance(value, Exact):
        return _digits(value)
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return int(value) if whole and value.adjusted() <= MOST_DIGITS else float(value)
    if isinstance(value, Mapping):
        return {str(key): _encodable(each) for key, each in value.items()}
    if isinstance(value, range) and len(value) > MOST_ITEMS:
        raise TemplateFailed(f"a list has more than {MOST_ITEMS} items")
    if isinstance(value, list | tuple | range):
        return [_encodable(each) for each in value]
    return value if isinstance(value, str | int | None) else str(value)


def _bounded(parts: Iterator[str]) -> Iterator[str]:
    left = MOST_CHARACTERS
    for part in parts:
        left -= len(part)
        if left < 0:
            raise TemplateFailed(f"a value has more than {MOST_CHARACTERS} characters as JSON")
        yield part


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": "), default=str)
