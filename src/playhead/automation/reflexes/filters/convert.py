"""Turn filters into CEL. Pure: what is saved is what runs."""

import json
import re
from collections.abc import Mapping

from playhead.automation.reflexes.conditions import ConditionInvalid
from playhead.automation.reflexes.conditions.paths import expression_of, quoted
from playhead.automation.reflexes.filters.literals import listed, literal, number
from playhead.automation.reflexes.filters.model import (
    LONGEST_REGEX,
    Exactly,
    Group,
    Node,
    Operator,
    Test,
    Text,
)
from playhead.automation.reflexes.filters.parse import parse

_COMPARISONS = {Operator.GT: ">", Operator.GTE: ">=", Operator.LT: "<", Operator.LTE: "<="}
_SIMPLE = re.compile(
    r"\s*([A-Za-z_][\w.\[\]-]*)\s*(===?|!==?|>=?|<=?)\s*"
    r"(\"[^\"\\]*\"|'[^'\\]*'|-?\d{1,18}(?:\.\d{1,15})?|true|false|null)\s*",
    re.ASCII,
)
_BARE = re.compile(r"\s*([A-Za-z_][\w.\[\]-]*)\s*", re.ASCII)
_OURS = re.compile(r"\s*(?:event|at|true|false|null)\b")
"""How CEL begins that is written as CEL: with one of its variables or constants."""


def as_cel(conditions: Mapping[str, object], *, field: str = "conditions") -> str | None:
    """Return the CEL that matches the events which ``conditions`` match; None if all do.

    Raises:
        ConditionInvalid: They are no conditions; names the place in ``field``.
    """
    return _node(parse(conditions, field=field))


def _node(node: Node) -> str | None:
    if isinstance(node, Test):
        return _test(node)
    if isinstance(node, Exactly):
        return f"event[{quoted(node.key)}] == {literal(node.value, field=node.place)}"
    if isinstance(node, Text):
        return _text(node)
    parts = [
        f"({part})" if isinstance(member, Group | Text) else part
        for member in node.members
        if (part := _node(member)) is not None
    ]
    return (" && " if node.match_all else " || ").join(parts) or None


def _test(test: Test) -> str:
    place, value = test.place, test.value
    path = expression_of(test.path, field=f"{place}.field")
    at = f"{place}.value"
    match test.operator:
        case Operator.EQUALS | Operator.NOT_EQUALS:
            return f"{_not(test)}equals({path}, {literal(value, field=at)})"
        case Operator.CONTAINS | Operator.NOT_CONTAINS:
            return f"{_not(test)}holds({path}, {literal(value, field=at)})"
        case Operator.EXISTS | Operator.NOT_EXISTS:
            return f"{_not(test)}present(event, {quoted(test.path)})"
        case Operator.IN | Operator.NOT_IN:
            inside = f"{path} in {listed(value, field=at)}"
            return f"!({inside})" if test.operator is Operator.NOT_IN else inside
        case Operator.STARTS_WITH | Operator.ENDS_WITH:
            return f"{path}.{test.operator}({_wanted_text(value, at)})"
        case Operator.REGEX:
            return f"{path}.matches({_regex(value, at)})"
        case _:
            return f"{path} {_COMPARISONS[test.operator]} {number(value, field=at)}"


def _not(test: Test) -> str:
    return "!" if test.operator.startswith("not_") else ""


def _wanted_text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise ConditionInvalid("this compares with a text", field=place)
    return literal(value, field=place)


def _regex(value: object, place: str) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_REGEX:
        raise ConditionInvalid(
            f"a pattern is a text of {LONGEST_REGEX} characters at most", field=place
        )
    return literal(value, field=place)


def _text(node: Text) -> str:
    """Return ``field op value``, or a field alone, as CEL; CEL itself stays as it is."""
    if _OURS.match(node.text) is None:
        if (match := _SIMPLE.fullmatch(node.text)) is not None:
            path, operator, value = match.groups()
            read = expression_of(path, field=node.place)
            return f"{read} {operator[:2]} {_simple_value(value, node.place)}"
        if (match := _BARE.fullmatch(node.text)) is not None:
            return f"truthy({expression_of(match[1], field=node.place)})"
    return node.text


def _simple_value(text: str, place: str) -> str:
    value = text[1:-1] if text[0] in "\"'" else json.loads(text)
    return literal(value, field=place)
