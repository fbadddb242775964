"""Input schemas and the inputs that they check."""

import time
from typing import Any

import pytest

from playhead.automation.skills import InputInvalid, SchemaInvalid, SkillVersion, check_input
from playhead.automation.skills.field_list import schema_of_fields
from playhead.automation.skills.input_schema import check_schema, declared_names

SOON_SECONDS = 3.0


def checked(schema: dict[str, Any] | None, given: dict[str, Any]) -> dict[str, object]:
    template = "{{ text }}" if schema is None else "0123456789"
    return check_input(SkillVersion(prompt_template=template, input_schema=schema), given)


MARKETS = {
    "type": "object",
    "properties": {
        "markets": {"type": "array", "items": {"$ref": "#/$defs/market"}},
        "depth": {"type": "integer", "default": 10},
        "options": {"type": "object", "properties": {"brief": {"default": True}}},
    },
    "required": ["markets"],
    "$defs": {
        "market": {
            "type": "object",
            "properties": {"ticker": {"type": "string", "pattern": "^[A-Z]+$"}},
            "required": ["ticker"],
            "additionalProperties": False,
        }
    },
}


def test_defaults_are_filled_in_at_every_depth() -> None:
    filled = checked(MARKETS, {"markets": [], "options": {}})

    assert filled == {"markets": [], "depth": 10, "options": {"brief": True}}


def test_what_was_given_is_not_changed() -> None:
    given: dict[str, Any] = {"markets": [], "options": {}}
    checked(MARKETS, given)

    assert given == {"markets": [], "options": {}}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "input.markets"),
        ({"markets": 5}, "input.markets"),
        ({"markets": [{"ticker": "A"}, {"ticker": 5}]}, "input.markets[1].ticker"),
        ({"markets": [{"ticker": "a b"}]}, "input.markets[0].ticker"),
        ({"markets": [{}]}, "input.markets[0].ticker"),
        ({"markets": [{"ticker": "A", "x": 1}]}, "input.markets[0]"),
        ({"markets": [], "depth": 1.5}, "input.depth"),
        ({"markets": [], "extra": float("nan")}, "input.extra"),
        ({"markets": [], "extra": "\0"}, "input.extra"),
        ({"markets": [], "extra": "\ud800"}, "input.extra"),
        ({"markets": [], "extra": 10**18 + 1}, "input.extra"),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(given: dict[str, Any], path: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        checked(MARKETS, given)

    assert caught.value.field == path


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(InputInvalid) as caught:
        checked({"properties": {"key": {"type": "integer"}}}, {"key": "very secret"})

    assert "secret" not in str(caught.value.fields) + caught.value.message


def test_without_a_schema_what_is_plainly_printed_must_be_there() -> None:
    assert checked(None, {"text": 1, "more": 2}) == {"text": 1, "more": 2}
    with pytest.raises(InputInvalid) as caught:
        checked(None, {})
    assert caught.value.field == "input.text"


def test_input_is_bounded() -> None:
    deep: Any = 1
    for _ in range(40):
        deep = {"a": deep}
    for given in ({"deep": deep}, {"many": list(range(20_001))}):
        with pytest.raises(InputInvalid):
            checked({}, given)


def test_a_list_of_fields_becomes_a_schema() -> None:
    fields = [
        {"name": "text", "type": "string", "description": "What", "required": True},
        {"name": "tone", "type": "string", "default": "dry"},
        {"name": "words", "type": "number", "required": False, "default": None},
    ]
    schema = schema_of_fields(fields)

    check_schema(schema)
    assert checked(schema, {"text": "x"}) == {"text": "x", "tone": "dry"}
    assert schema["required"] == ["text"]
    assert sorted(declared_names(schema) or ()) == ["text", "tone", "words"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ([{"name": "a", "type": "date"}], "input_schema[0].type"),
        ([{"name": "a"}, {"name": "a"}], "input_schema[1].name"),
        ([{"name": "a b"}], "input_schema[0].name"),
        ([{"type": "string"}], "input_schema[0].name"),
        ([{"name": "a", "required": "yes"}], "input_schema[0].required"),
        ([{"name": "a", "options": []}], "input_schema[0].options"),
        (["a"], "input_schema[0]"),
    ],
)
def test_a_malformed_field_is_refused_with_its_place(fields: list[Any], told: str) -> None:
    with pytest.raises(SchemaInvalid) as caught:
        schema_of_fields(fields)

    assert caught.value.message.startswith(told)
    assert caught.value.field == "input_schema"


def chained(count: int) -> dict[str, Any]:
    """Return a schema in which each definition leads to the next four times."""
    defs: dict[str, Any] = {
        f"d{at}": {"allOf": [{"$ref": f"#/$defs/d{at + 1}"}] * 4} for at in range(count)
    }
    return {"$ref": "#/$defs/d0", "$defs": {**defs, f"d{count}": {"type": "object"}}}


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {}
    for _ in range(depth):
        schema = {"not": schema}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"$ref": "http://127.0.0.1:9/x.json"}, id="network"),
        pytest.param({"$ref": "https://json-schema.org/draft/2020-12/schema"}, id="known place"),
        pytest.param({"$ref": "file:///etc/passwd"}, id="file"),
        pytest.param({"properties": {"default": {"$ref": "file:///etc/passwd"}}}, id="hidden"),
        pytest.param({"$id": "http://example.org/", "$ref": "x.json"}, id="another base"),
        pytest.param({"$schema": "http://json-schema.org/draft-04/schema#"}, id="another draft"),
        pytest.param({"$ref": "#"}, id="itself"),
        pytest.param({"properties": {"a": {"$ref": "#"}}}, id="recursive"),
        pytest.param(
            {"properties": {"default": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}}},
            id="recursive below a property called default",
        ),
        pytest.param(
            {
                "$ref": "#/$defs/a",
                "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
            },
            id="circle",
        ),
        pytest.param({"$ref": "#/$defs/none"}, id="nowhere"),
        pytest.param({"$ref": "#anchor"}, id="anchor"),
        pytest.param({"$dynamicRef": "#x"}, id="dynamic"),
        pytest.param(chained(12), id="repeats itself"),
        pytest.param(nested(30), id="deep"),
        pytest.param(nested(5_000), id="very deep"),
        pytest.param({"enum": list(range(6_000))}, id="many values"),
        pytest.param({"description": "x" * 70_000}, id="large"),
        pytest.param({"properties": {"a": {"pattern": "(a)\\1"}}}, id="back reference"),
        pytest.param({"properties": {"a": {"pattern": "(?=a)b"}}}, id="look ahead"),
        pytest.param({"properties": {"a": {"pattern": "(a{1000}){1000}"}}}, id="vast pattern"),
        pytest.param({"properties": {"a": {"pattern": "x" * 501}}}, id="long pattern"),
        pytest.param({"patternProperties": {"x" * 501: {}}}, id="long pattern of names"),
        pytest.param({"properties": {"a": {"pattern": "("}}}, id="no pattern"),
        pytest.param({"allOf": [{"pattern": "a"}] * 51}, id="many patterns"),
        pytest.param(
            {"patternProperties": {f"^{at}": {} for at in range(51)}}, id="many patterns of names"
        ),
        pytest.param({"type": "objekt"}, id="no type"),
        pytest.param({"type": "array"}, id="no object"),
        pytest.param({"properties": []}, id="no properties"),
        pytest.param({"required": [1]}, id="no names"),
        pytest.param({"properties": {"event": {}}}, id="a name of ours"),
        pytest.param({"properties": {"a": {"type": "integer", "default": "x"}}}, id="no default"),
        pytest.param({"title": "\0"}, id="nul"),
        pytest.param({"minProperties": float("inf")}, id="infinite"),
    ],
)
def test_a_schema_that_reaches_out_or_costs_too_much_is_refused(schema: dict[str, Any]) -> None:
    started = time.monotonic()
    with pytest.raises(SchemaInvalid) as caught:
        check_schema(schema)

    assert caught.value.field == "input_schema"
    assert time.monotonic() - started < SOON_SECONDS


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({}, id="anything"),
        pytest.param(MARKETS, id="with definitions"),
        pytest.param({"$schema": "https://json-schema.org/draft/2020-12/schema"}, id="draft"),
        pytest.param({"properties": {"$id": {}, "pattern": {"type": "string"}}}, id="odd names"),
        pytest.param(
            {"properties": {"a/b": {"default": 1}, "c~d": {"default": "x", "type": "string"}}},
            id="names to be escaped",
        ),
    ],
)
def test_what_is_in_bounds_is_taken(schema: dict[str, Any]) -> None:
    check_schema(schema)


def test_patterns_that_go_back_elsewhere_take_no_time_here() -> None:
    schema = {"properties": {"a": {"pattern": "^(a+)+$"}}}
    check_schema(schema)
    started = time.monotonic()
    with pytest.raises(InputInvalid):
        checked(schema, {"a": "a" * 500_000 + "!"})

    assert time.monotonic() - started < SOON_SECONDS


def test_the_largest_schema_checks_the_largest_input_in_time() -> None:
    parts = [{"properties": {"x": {"minimum": -at}}} for at in range(600)]
    schema = {"properties": {"a": {"items": {"allOf": parts}}}}
    check_schema(schema)
    started = time.monotonic()
    checked(schema, {"a": [{"x": 1}] * 6_000})

    assert time.monotonic() - started < SOON_SECONDS
