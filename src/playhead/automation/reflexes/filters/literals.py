"""Values of JSON as literals of CEL. Pure."""

from collections.abc import Mapping

from playhead.automation.reflexes.conditions import ConditionInvalid
from playhead.automation.reflexes.conditions.paths import quoted
from playhead.automation.reflexes.filters.model import LONGEST_TEXT, MOST_DEPTH, MOST_VALUES
from playhead.base.texts import is_storable

INT64 = 2**63


def literal(value: object, *, field: str, depth: int = 1) -> str:
    """Return ``value`` as CEL writes it.

    Raises:
        ConditionInvalid: It is too long, too deep, or a number that CEL does not have.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise ConditionInvalid(f"a text has {LONGEST_TEXT} characters at most", field=field)
        return quoted(_checked(value, field))
    if isinstance(value, int | float):
        return number(value, field=field)
    if depth > MOST_DEPTH:
        raise ConditionInvalid(f"a value is nested {MOST_DEPTH} deep at most", field=field)
    if isinstance(value, Mapping):
        pairs = (
            f"{quoted(_checked(str(key), field))}: {literal(each, field=field, depth=depth + 1)}"
            for key, each in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    return listed(value, field=field, depth=depth)


def listed(value: object, *, field: str, depth: int = 1) -> str:
    """Return a list of values as CEL writes it.

    Raises:
        ConditionInvalid: It is none, too long, or an element is refused.
    """
    if not isinstance(value, list) or len(value) > MOST_VALUES:
        raise ConditionInvalid(f"this is a list of {MOST_VALUES} values at most", field=field)
    return "[" + ", ".join(literal(each, field=field, depth=depth + 1) for each in value) + "]"


def number(value: object, *, field: str) -> str:
    """Return a number as CEL writes it.

    Raises:
        ConditionInvalid: It is none, or not in the range of a 64-bit integer or a double.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConditionInvalid("this compares with a number", field=field)
    if isinstance(value, int):
        if not -INT64 <= value < INT64:
            raise ConditionInvalid("the number has more than 64 bits", field=field)
        return str(value)
    if value != value or value in {float("inf"), float("-inf")}:
        raise ConditionInvalid("this is no number", field=field)
    return repr(value) if "." in repr(value) else repr(value).replace("e", ".0e")


def _checked(text: str, field: str) -> str:
    if not is_storable(text):
        raise ConditionInvalid("U+0000 and halves of surrogate pairs are no text", field=field)
    return text
