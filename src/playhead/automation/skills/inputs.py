"""Check the input of a skill, and fill in what it leaves out. Pure."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import islice
from typing import Any, cast

import jsonschema_rs

from playhead.automation.skills.errors import InputInvalid
from playhead.automation.skills.input_schema import RESERVED, resolved, validator_of
from playhead.automation.skills.model import Definition
from playhead.automation.skills.plain import check_json, path_of
from playhead.automation.skills.templates import needed_names

MOST_DEPTH = 32
MOST_VALUES = 20_000
MOST_TOLD = 20
LONGEST_MESSAGE = 300


def check_input(version: Definition, given: Mapping[str, object]) -> dict[str, object]:
    """Return ``given`` with the defaults of the input schema filled in.

    Without a schema anything may be given, but what the templates plainly print must be.

    Raises:
        InputInvalid: A value is missing or wrong; ``field`` is the path of the first such, and
            ``errors`` lists up to 20.
    """
    check_json(dict(given), _refused, most_depth=MOST_DEPTH, most_values=MOST_VALUES)
    filled = deepcopy(dict(given))
    if version.input_schema is None:
        _check_names(version, filled)
        return filled
    schema = cast(dict[str, Any], version.input_schema)
    _fill(schema, schema, filled)
    found = validator_of(schema).iter_errors(filled)
    errors = [_told(error) for error in islice(found, MOST_TOLD)]
    if errors:
        first = errors[0]
        raise InputInvalid(
            f"{first['field']}: {first['message']}", field=first["field"], errors=errors
        )
    return filled


def _check_names(version: Definition, given: Mapping[str, object]) -> None:
    for text in (version.prompt_template, version.system_template or ""):
        for name in needed_names(text):
            if name not in given and name not in RESERVED:
                raise InputInvalid(f"input.{name}: the template needs it", field=f"input.{name}")


def _fill(schema: dict[str, Any], part: Any, value: dict[str, object]) -> None:
    if not isinstance(part, dict):
        return
    for name, inner in _properties(schema, part):
        if name not in value and "default" in inner:
            value[name] = deepcopy(inner["default"])
        found = value.get(name)
        if isinstance(found, dict):
            _fill(schema, inner, found)


def _properties(
    schema: dict[str, Any], part: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    target = resolved(schema, part)
    for name, inner in target.get("properties", {}).items():
        if isinstance(inner, dict):
            # What stands beside a $ref counts too: a default most of all.
            yield name, {**resolved(schema, inner), **inner}
    for each in target.get("allOf", []):
        if isinstance(each, dict):
            yield from _properties(schema, each)


def _told(error: jsonschema_rs.ValidationError) -> dict[str, str]:
    kind, steps = error.kind, list(error.instance_path)
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
        steps.append(kind.property)
    return {"field": f"input{path_of(steps)}", "message": error.message[:LONGEST_MESSAGE]}


def _refused(path: str, message: str) -> InputInvalid:
    return InputInvalid(f"input{path}: {message}", field=f"input{path}")
