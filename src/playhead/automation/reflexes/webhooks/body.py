"""The JSON of an event, read strictly: what two readers could understand in two ways is refused."""

import json
from collections.abc import Iterable, Mapping
from typing import NoReturn

from playhead.automation.reflexes.errors import EventInvalid, EventTooLarge
from playhead.base.texts import is_storable

MOST_BYTES = 256 * 1024
MOST_DEPTH = 32
MOST_DIGITS = 400
_INT64 = 2**63
_TOO_DEEP = f"is nested more than {MOST_DEPTH} deep"


def read_event(body: bytes) -> dict[str, object]:
    """Return the JSON object in ``body``.

    Raises:
        EventTooLarge: It has more than ``MOST_BYTES``.
        EventInvalid: It is no JSON object in UTF-8, is nested more than ``MOST_DEPTH`` deep, names
            a key twice, or holds a number or a text that cannot be kept.
    """
    if len(body) > MOST_BYTES:
        raise EventTooLarge(MOST_BYTES)
    try:
        event = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_float,
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise EventInvalid(f"is no JSON in UTF-8: {_told(error)}") from error
    except RecursionError as error:
        raise EventInvalid(_TOO_DEEP) from error
    if not isinstance(event, dict):
        raise EventInvalid("is not a JSON object")
    if body.count(b"[") + body.count(b"{") > MOST_DEPTH and _is_deep(event):
        raise EventInvalid(_TOO_DEEP)
    if "\\u" in body.decode():
        check_texts(event)
    return event


def check_event(event: Mapping[str, object]) -> dict[str, object]:
    """Return an event that was read as part of something else, likewise checked.

    Raises:
        EventTooLarge, EventInvalid: As `read_event`.
    """
    try:
        return read_event(json.dumps(event, allow_nan=False).encode())
    except RecursionError as error:
        raise EventInvalid(_TOO_DEEP) from error
    except ValueError as error:
        raise EventInvalid("holds a number that JSON does not have") from error


def check_texts(event: object) -> None:
    """Return if every text can be kept.

    Raises:
        EventInvalid: One holds U+0000 or half a surrogate pair.
    """
    pending = [event]
    while pending:
        each = pending.pop()
        if isinstance(each, dict):
            pending += [*each.keys(), *each.values()]
        elif isinstance(each, list):
            pending += each
        elif isinstance(each, str) and not is_storable(each):
            raise EventInvalid("holds U+0000 or half a surrogate pair")


def _is_deep(event: object) -> bool:
    """Return whether anything lies more than ``MOST_DEPTH`` brackets deep."""
    level: list[object] = [event]
    for _ in range(MOST_DEPTH):
        level = [inner for each in level for inner in _within(each)]
        if not level:
            return False
    return True


def _within(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return (each for each in value.values() if isinstance(each, dict | list))
    if isinstance(value, list):
        return (each for each in value if isinstance(each, dict | list))
    return ()


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise EventInvalid("names a key twice in one object")
    return found


def _constant(text: str) -> NoReturn:
    raise EventInvalid(f"holds {text}, which is no number of JSON")


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS or not -_INT64 <= (number := int(text)) < _INT64:
        raise EventInvalid("holds an integer of more than 64 bits: send it as a text")
    return number


def _float(text: str) -> float:
    number = float(text) if len(text) <= MOST_DIGITS else float("inf")
    if number in {float("inf"), float("-inf")}:
        raise EventInvalid("holds a number that is too large")
    return number


def _told(error: ValueError) -> str:
    return error.msg if isinstance(error, json.JSONDecodeError) else "a byte is wrong"
