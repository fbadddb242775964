"""Read conditions in the form of filters. Pure; refuses what it does not know, naming the place."""

from collections.abc import Iterator, Mapping, Sequence

from playhead.automation.reflexes.conditions import ConditionInvalid
from playhead.automation.reflexes.filters.model import (
    LONGEST_TEXT,
    MOST_CONDITIONS,
    MOST_DEPTH,
    Exactly,
    Group,
    Node,
    Operator,
    Test,
    Text,
)

_GROUP = frozenset({"expression", "matchAll", "match_all", "filters"})
_TEST = frozenset({"field", "operator", "value"})
_OPERATORS = {each.value: each for each in Operator} | {
    "starts_with": Operator.STARTS_WITH,
    "ends_with": Operator.ENDS_WITH,
}
_WITHOUT_VALUE = frozenset({Operator.EXISTS, Operator.NOT_EXISTS})


def parse(conditions: Mapping[str, object], *, field: str = "conditions") -> Group:
    """Return what ``conditions`` say.

    They are `{expression?, matchAll?, filters: [...]}`, where a filter may be such a group itself,
    or the old flat form: keys that the event must have with exactly these values.

    Raises:
        ConditionInvalid: They are neither, or too many, or nested too deeply.
    """
    group = _group(conditions, field, 1) if _GROUP & conditions.keys() else _flat(conditions, field)
    if sum(1 for _ in leaves(group)) > MOST_CONDITIONS:
        raise ConditionInvalid(f"{MOST_CONDITIONS} conditions at most", field=field)
    return group


def leaves(node: Node) -> Iterator[Test | Exactly | Text]:
    """Give the single conditions in ``node``."""
    if not isinstance(node, Group):
        yield node
        return
    for member in node.members:
        yield from leaves(member)


def _flat(conditions: Mapping[str, object], place: str) -> Group:
    pairs = conditions.items()
    return Group(True, [Exactly(key, value, f"{place}.{key}"[:100]) for key, value in pairs])


def _group(given: Mapping[str, object], place: str, depth: int) -> Group:
    _check_keys(given, _GROUP, place)
    if depth > MOST_DEPTH:
        raise ConditionInvalid(f"groups are nested {MOST_DEPTH} deep at most", field=place)
    members: list[Node] = []
    expression = given.get("expression")
    if expression is not None:
        members.append(_text(expression, f"{place}.expression"))
    filters = given.get("filters", [])
    if not isinstance(filters, Sequence) or isinstance(filters, str):
        raise ConditionInvalid("filters are a list", field=f"{place}.filters")
    if len(filters) > MOST_CONDITIONS:
        raise ConditionInvalid(f"{MOST_CONDITIONS} conditions at most", field=f"{place}.filters")
    members += [
        _member(each, f"{place}.filters[{number}]", depth) for number, each in enumerate(filters)
    ]
    return Group(_match_all(given, place), members)


def _match_all(given: Mapping[str, object], place: str) -> bool:
    chosen = [given[name] for name in ("matchAll", "match_all") if name in given]
    if len(chosen) > 1 or not all(isinstance(each, bool) for each in chosen):
        raise ConditionInvalid("is true or false, once", field=f"{place}.matchAll")
    return chosen[0] is True if chosen else True


def _text(given: object, place: str) -> Text:
    if not isinstance(given, str) or not 0 < len(given.strip()) <= LONGEST_TEXT:
        raise ConditionInvalid(f"an expression has 1 to {LONGEST_TEXT} characters", field=place)
    return Text(given, place)


def _member(given: object, place: str, depth: int) -> Node:
    if not isinstance(given, Mapping):
        raise ConditionInvalid("a filter is an object", field=place)
    if _GROUP & given.keys():
        return _group(given, place, depth + 1)
    _check_keys(given, _TEST, place)
    path, operator = given.get("field"), _OPERATORS.get(str(given.get("operator")))
    if not isinstance(path, str):
        raise ConditionInvalid("a filter names a field", field=f"{place}.field")
    if operator is None:
        known = ", ".join(Operator)
        raise ConditionInvalid(f"the operators are {known}", field=f"{place}.operator")
    if "value" not in given and operator not in _WITHOUT_VALUE:
        raise ConditionInvalid(f"{operator} needs a value", field=f"{place}.value")
    return Test(path, operator, given.get("value"), place)


def _check_keys(given: Mapping[str, object], known: frozenset[str], place: str) -> None:
    for key in given:
        if key not in known:
            raise ConditionInvalid(f"there is no {key[:50]!r} here", field=place)
