"""Filters turned into CEL match what a plain reading of the filters matches."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.automation.reflexes.conditions import (
    EVENT_KINDS,
    ConditionInvalid,
    compile_condition,
)
from playhead.automation.reflexes.filters import as_cel

MISSING = object()
texts = st.sampled_from(["", "a", "A", "ab", "Paid", "paid", "ß", "SS", 'q"\\', "0.5", "é"])
numbers = st.sampled_from([0, 1, -1, 2, 3.5, 1.0, -0.25, 10**15])
scalars = st.one_of(texts, numbers, st.booleans(), st.none())
values = st.one_of(scalars, st.lists(scalars, max_size=3))
names = st.sampled_from(["a", "b", "if", "c d"])
events = st.dictionaries(
    names, st.one_of(values, st.dictionaries(names, values, max_size=2)), max_size=4
)
paths = st.sampled_from(["a", "b", "if", "c d", "a.b", "b[0]", "a[1]", "a.if"])
TEXTUAL = ("startsWith", "endsWith", "regex")
NUMERIC = ("gt", "gte", "lt", "lte")


def _test(path: str, operator: str, value: object) -> dict[str, object]:
    return {"field": path, "operator": operator, "value": value}


tests = st.one_of(
    st.builds(
        _test,
        paths,
        st.sampled_from(["equals", "not_equals", "contains", "not_contains"]),
        scalars,
    ),
    st.builds(_test, paths, st.sampled_from(["exists", "not_exists"]), st.none()),
    st.builds(_test, paths, st.sampled_from(["in", "not_in"]), st.lists(scalars, max_size=3)),
    st.builds(_test, paths, st.sampled_from(["startsWith", "endsWith"]), texts),
    st.builds(_test, paths, st.just("regex"), st.sampled_from(["^a", "b$", "[0-9]", "."])),
    st.builds(_test, paths, st.sampled_from(NUMERIC), numbers),
)
groups: st.SearchStrategy[dict[str, Any]] = st.recursive(
    st.fixed_dictionaries(
        {"matchAll": st.booleans(), "filters": st.lists(tests, min_size=1, max_size=3)}
    ),
    lambda inner: st.fixed_dictionaries(
        {
            "matchAll": st.booleans(),
            "filters": st.lists(st.one_of(tests, inner), min_size=1, max_size=3),
        }
    ),
    max_leaves=4,
)


def _walk(event: object, path: str) -> object:
    for step in path.replace("[", ".[").split("."):
        if step.startswith("["):
            place = int(step[1:-1])
            if not isinstance(event, list) or place >= len(event):
                return MISSING
            event = event[place]
        elif isinstance(event, dict) and step in event:
            event = event[step]
        else:
            return MISSING
    return event


def _same(one: object, other: object, *, fold: bool = True) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold() if fold else one == other
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def _matches(test: Mapping[str, Any], event: object) -> bool:
    found, operator, value = _walk(event, test["field"]), test["operator"], test["value"]
    if operator in ("exists", "not_exists"):
        return (found is not MISSING and found is not None) is (operator == "exists")
    if found is MISSING:
        return False
    if operator in TEXTUAL:
        return isinstance(found, str) and _textual(operator, found, value)
    if operator in NUMERIC:
        if isinstance(found, bool) or not isinstance(found, int | float):
            return False
        return bool(
            {"gt": found > value, "gte": found >= value, "lt": found < value}.get(
                operator, found <= value
            )
        )
    if operator.endswith("contains"):
        if not isinstance(found, str | list):
            return False
        held = (
            isinstance(value, str) and value.casefold() in found.casefold()
            if isinstance(found, str)
            else any(_same(each, value) for each in found)
        )
        return held is (operator == "contains")
    if operator.endswith("in"):
        return any(_same(found, each, fold=False) for each in value) is (operator == "in")
    return _same(found, value) is (operator == "equals")


def _textual(operator: str, found: str, value: str) -> bool:
    if operator == "startsWith":
        return found.startswith(value)
    if operator == "endsWith":
        return found.endswith(value)
    digits = any(each in "0123456789" for each in found)
    return {"^a": found[:1] == "a", "b$": found[-1:] == "b", "[0-9]": digits, ".": found != ""}[
        value
    ]


def _reads(group: Mapping[str, Any], event: object) -> bool:
    found = [
        _reads(each, event) if "filters" in each else _matches(each, event)
        for each in group["filters"]
    ]
    return all(found) if group["matchAll"] else any(found)


def _cel(conditions: Mapping[str, Any], event: object) -> bool:
    source = as_cel(conditions)
    if source is None:
        return True
    program = compile_condition(source, EVENT_KINDS, field="conditions")
    return program.judge({"event": event, "at": 0}).matched


@given(groups, events)
def test_the_cel_of_filters_matches_what_the_filters_say(
    group: dict[str, Any], event: dict[str, Any]
) -> None:
    assert _cel(group, event) is _reads(group, event)


@given(st.dictionaries(names, values, max_size=3), events)
def test_the_flat_form_wants_exactly_these_values(
    wanted: dict[str, Any], event: dict[str, Any]
) -> None:
    def exactly(one: object, other: object) -> bool:
        if isinstance(one, list) and isinstance(other, list):
            pairs = zip(one, other, strict=False)
            return len(one) == len(other) and all(exactly(a, b) for a, b in pairs)
        return _same(one, other, fold=False)

    says = all(key in event and exactly(event[key], value) for key, value in wanted.items())
    assert _cel(wanted, event) is says


@pytest.mark.parametrize(
    ("expression", "event", "says"),
    [
        ("status == 'paid'", {"status": "paid"}, True),
        ("order.amount >= 10.5", {"order": {"amount": 11}}, True),
        ("order.amount >= 10.5", {"order": {"amount": 9}}, False),
        ("urgent", {"urgent": True}, True),
        ("urgent", {"urgent": 0}, False),
        ("urgent", {}, False),
        ("status !== 'paid'", {"status": "open"}, True),
        ('event.a > 1 && event.b == "x"', {"a": 2, "b": "x"}, True),
    ],
    ids=["eq", "gte", "less", "true", "zero", "absent", "ne", "cel"],
)
def test_an_expression_is_a_comparison_a_field_or_cel(
    expression: str, event: dict[str, Any], says: bool
) -> None:
    assert _cel({"expression": expression}, event) is says


def _nested(depth: int) -> dict[str, Any]:
    inner = [_nested(depth - 1)] if depth > 1 else [_test("a", "exists", None)]
    return {"filters": [_test("a", "equals", 1), *inner]}


def test_ten_groups_within_each_other_run_and_eleven_are_refused() -> None:
    assert _cel(_nested(10), {"a": 1})
    with pytest.raises(ConditionInvalid, match="10 deep"):
        as_cel(_nested(11))


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ({"filters": [_test("a", "like", 1)]}, "conditions.filters[0].operator"),
        ({"filters": [_test("a..b", "exists", 1)]}, "conditions.filters[0].field"),
        ({"filters": [_test("a", "gt", "1")]}, "conditions.filters[0].value"),
        ({"filters": [_test("a", "regex", "x" * 201)]}, "conditions.filters[0].value"),
        ({"filters": [_test("a", "in", "x")]}, "conditions.filters[0].value"),
        ({"filters": [{"field": "a", "operator": "equals"}]}, "conditions.filters[0].value"),
        ({"filters": [_test("a", "exists", 1)] * 51}, "conditions.filters"),
        ({"filters": [], "matchAll": "yes"}, "conditions.matchAll"),
        ({"filters": [], "more": 1}, "conditions"),
        ({"expression": "x" * 501}, "conditions.expression"),
    ],
    ids=["op", "path", "number", "regex", "list", "value", "many", "all", "key", "long"],
)
def test_what_is_no_filter_is_refused_with_its_place(
    conditions: dict[str, Any], field: str
) -> None:
    with pytest.raises(ConditionInvalid) as refused:
        as_cel(conditions)
    assert refused.value.field == field
