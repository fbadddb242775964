"""The other form of an input schema: a list of fields, converted when it is saved. Pure."""

import re
from typing import Any

from playhead.automation.skills.errors import SchemaInvalid

MOST_FIELDS = 100
TYPES = ("string", "number", "integer", "boolean", "array", "object")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_KNOWN = frozenset({"name", "type", "description", "required", "default"})


def schema_of_fields(fields: list[Any]) -> dict[str, Any]:
    """Return a list of ``{name, type, description, required, default}`` as a JSON Schema.

    ``type`` is ``string`` where it is left out, ``required`` false. A default that is null is none.

    Raises:
        SchemaInvalid: A field is malformed, of an unknown type, or there twice.
    """
    if len(fields) > MOST_FIELDS:
        raise SchemaInvalid(f"there are {MOST_FIELDS} fields at most")
    properties: dict[str, Any] = {}
    required = []
    for at, field in enumerate(fields):
        name = _name(field, at)
        if name in properties:
            raise SchemaInvalid(f"input_schema[{at}].name: {name} is there twice")
        properties[name] = _property(field, at)
        if field.get("required", False):
            required.append(name)
    return {"type": "object", "properties": properties, "required": required}


def _name(field: Any, at: int) -> str:
    if not isinstance(field, dict):
        raise SchemaInvalid(f"input_schema[{at}]: a field is an object")
    for word in sorted(field.keys() - _KNOWN):
        raise SchemaInvalid(f"input_schema[{at}].{word[:50]}: a field has no such property")
    name = field.get("name")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise SchemaInvalid(f"input_schema[{at}].name: a name looks like market_ticker")
    return name


def _property(field: dict[str, Any], at: int) -> dict[str, Any]:
    kind, description = field.get("type", "string"), field.get("description")
    if kind not in TYPES:
        raise SchemaInvalid(f"input_schema[{at}].type: one of {', '.join(TYPES)}")
    if not isinstance(field.get("required", False), bool):
        raise SchemaInvalid(f"input_schema[{at}].required: true or false")
    if not isinstance(description, str | None):
        raise SchemaInvalid(f"input_schema[{at}].description: a text")
    converted: dict[str, Any] = {"type": kind}
    if description:
        converted["description"] = description
    if field.get("default") is not None:
        converted["default"] = field["default"]
    return converted
