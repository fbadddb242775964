"""Input schemas: JSON Schema (draft 2020-12) in bounds that keep checking cheap. Pure.

References lead to the same document only, never in a circle; nothing is ever fetched. Patterns are
matched in linear time, so those that would need going back (``(?=...)``, ``\\1``) are refused.
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, cast

import jsonschema_rs

from playhead.automation.skills.errors import SchemaInvalid
from playhead.automation.skills.plain import check_json

MOST_BYTES = 64 * 1024
MOST_DEPTH = 20
MOST_VALUES = 5_000
MOST_EXPANDED = 5_000
LONGEST_PATTERN = 500
MOST_PATTERNS = 50
MOST_PATTERNS_KEPT = 5
MOST_KEPT = 64
"""So many compiled schemas stay in memory; those with many patterns are large, and do not."""

RESERVED = ("event", "now", "trigger")
"""What every template is given by itself; no input may be called so."""

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ELSEWHERE = frozenset({"$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary"})
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
"""Words whose value is schemas by names that anybody chose."""

_DEFINITIONS = frozenset({"$defs", "definitions"})
_LITERAL = frozenset({"const", "default", "enum", "examples"})
_PATTERNS = jsonschema_rs.RegexOptions(size_limit=500_000)
Schema = dict[str, Any]


def check_schema(schema: Mapping[str, object]) -> None:
    """Return if ``schema`` can be the input schema of a skill.

    Raises:
        SchemaInvalid: It is no JSON Schema, or out of bounds.
    """
    plain = cast(Schema, schema)
    check_json(plain, _refused, most_depth=MOST_DEPTH, most_values=MOST_VALUES)
    if len(_written(plain).encode()) > MOST_BYTES:
        raise SchemaInvalid(f"a schema has {MOST_BYTES} bytes at most", most_bytes=MOST_BYTES)
    if _patterns_in(plain) > MOST_PATTERNS:  # before they are compiled: each may take much memory
        raise SchemaInvalid(f"a schema has {MOST_PATTERNS} patterns at most")
    _check_compiles(plain)
    if plain.get("type", "object") != "object":
        raise SchemaInvalid('the input is an object: "type" must be "object"')
    if plain.get("$schema", _DRAFT).rstrip("#") != _DRAFT:
        raise SchemaInvalid(f"the draft is {_DRAFT}")
    _check_words(plain)
    _Expansion(plain).check()
    _check_properties(plain)


def validator_of(schema: Mapping[str, object]) -> jsonschema_rs.Validator:
    """Return what checks values against a schema."""
    is_light = _patterns_in(schema) <= MOST_PATTERNS_KEPT
    return (_kept if is_light else _compiled)(_written(schema))


def _written(schema: Mapping[str, object]) -> str:
    return json.dumps(schema, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _compiled(text: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(
        text, offline=True, pattern_options=_PATTERNS, mask="the value"
    )


_kept = lru_cache(maxsize=MOST_KEPT)(_compiled)


def resolved(schema: Schema, part: Schema) -> Schema:
    """Return ``part`` of ``schema``, or what its ``$ref`` leads to."""
    seen = 0
    while "$ref" in part and seen < MOST_DEPTH:
        part, seen = _target(schema, part["$ref"]), seen + 1
    return part


def declared_names(schema: Mapping[str, object]) -> frozenset[str] | None:
    """Return every name that an input may have; None where it may have any."""
    names = _Names(cast(Schema, schema))
    names.collect(names.schema)
    return None if names.is_open else frozenset(names.found)


def optional_names(schema: Mapping[str, object] | None) -> frozenset[str]:
    """Return the names that an input may have; none where nothing is said."""
    if schema is None:
        return frozenset()
    names = _Names(cast(Schema, schema))
    names.collect(names.schema)
    return frozenset(names.found)


class _Names:
    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.found: set[str] = set()
        self.is_open = False

    def collect(self, part: object) -> None:
        if not isinstance(part, dict):
            return
        if "$ref" in part:
            self.collect(_target(self.schema, part["$ref"]))
        self.found |= part.get("properties", {}).keys() | set(part.get("required", []))
        more = part.get("additionalProperties", False)
        self.is_open |= more is not False or "patternProperties" in part
        for word in ("allOf", "anyOf", "oneOf"):
            for each in part.get(word, []):
                self.collect(each)
        for word in ("if", "then", "else"):
            self.collect(part.get(word))
        for each in part.get("dependentSchemas", {}).values():
            self.collect(each)


def _refused(path: str, message: str) -> SchemaInvalid:
    return SchemaInvalid(f"input_schema{path}: {message}")


def _check_compiles(schema: Schema) -> None:
    try:
        validator_of(schema)
    except jsonschema_rs.ValidationError as error:
        place = "/".join(map(str, error.instance_path))
        raise SchemaInvalid(f"{place or 'it'}: {error.message[:200]}") from error
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        raise SchemaInvalid(f"it is no JSON Schema: {str(error)[:200]}") from error


def _patterns_in(value: object) -> int:
    if isinstance(value, list):
        return sum(map(_patterns_in, value))
    if not isinstance(value, dict):
        return 0
    named = value.get("patternProperties")
    own = ("pattern" in value) + (len(named) if isinstance(named, dict) else 0)
    return own + sum(map(_patterns_in, value.values()))


def _check_words(part: Schema) -> None:
    for word in sorted(_ELSEWHERE & part.keys()):
        raise SchemaInvalid(f"{word} is not taken here")
    reference = part.get("$ref", "#")
    if not isinstance(reference, str) or not reference.startswith("#"):
        raise SchemaInvalid("a $ref leads to a place in this schema, such as #/$defs/market")
    patterns = [part.get("pattern", ""), *part.get("patternProperties", {})]
    if any(len(each) > LONGEST_PATTERN for each in patterns):
        raise SchemaInvalid(f"a pattern has {LONGEST_PATTERN} characters at most")
    for _, inner in _inner(part):
        _check_words(inner)


def _inner(part: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the schemas directly inside one, with the word that they stand at.

    Of words that nobody knows it is assumed that they hold schemas: a $ref may lead into them.
    """
    for word, value in part.items():
        if word in _LITERAL:
            continue
        values = value.values() if isinstance(value, dict) and word in _NAMED else [value]
        for each in values:
            yield from ((word, found) for found in _objects(each))


def _objects(value: object) -> Iterator[Schema]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)


class _Expansion:
    """How large a schema is with every reference replaced by what it leads to.

    Refuses references in a circle, which could take for ever, and those that repeat so much that
    checking a value would.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known: dict[str, int] = {}
        self._open: list[str] = []

    def check(self) -> None:
        """Return if the whole is not too large."""
        # Definitions that nothing leads to must not lead in circles either.
        parts = sum(self._size(each) for _, each in _inner(self._schema))
        if max(parts, self._size(self._schema)) > MOST_EXPANDED:
            raise SchemaInvalid(f"with its references it has more than {MOST_EXPANDED} parts")

    def _size(self, part: Schema) -> int:
        inner = sum(self._size(each) for word, each in _inner(part) if word not in _DEFINITIONS)
        return 1 + inner + (self._size_behind(part["$ref"]) if "$ref" in part else 0)

    def _size_behind(self, reference: str) -> int:
        if reference in self._open:
            raise SchemaInvalid(f"$ref {reference[:100]} leads back to itself")
        if len(self._open) >= MOST_DEPTH:
            raise SchemaInvalid(f"more than {MOST_DEPTH} references lead from one to the next")
        if reference not in self._known:
            self._open.append(reference)
            self._known[reference] = self._size(_target(self._schema, reference))
            self._open.pop()
        return self._known[reference]


def _target(schema: Schema, reference: str) -> Schema:
    found: object = schema
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and name.isdecimal() and int(name[:6]) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict) and name in found:
            found = found[name]
        else:
            raise SchemaInvalid(f"$ref {reference[:100]} leads nowhere")
    if reference not in {"#", "#/"} and not reference.startswith("#/"):
        raise SchemaInvalid(f"$ref {reference[:100]} leads nowhere")
    if isinstance(found, bool):
        return {}
    if not isinstance(found, dict):
        raise SchemaInvalid(f"$ref {reference[:100]} leads to no schema")
    return found


def _check_properties(schema: Schema) -> None:
    properties = cast(Schema, schema.get("properties", {}))
    for name in RESERVED:
        if name in properties:
            raise SchemaInvalid(f"{name} is given to every template: call the input otherwise")
    defaults = {
        name: part["default"]
        for name, part in properties.items()
        if isinstance(part, dict) and "default" in part
    }
    if not defaults:
        return
    checks = jsonschema_rs.validator_map_for(schema, offline=True, pattern_options=_PATTERNS)
    for name, default in defaults.items():
        pointer = name.replace("~", "~0").replace("/", "~1")
        check = checks.get(f"#/properties/{pointer}")
        if check is not None and not check.is_valid(default):
            raise SchemaInvalid(f"the default of {name[:100]} does not satisfy its own schema")
