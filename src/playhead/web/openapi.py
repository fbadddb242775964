"""The application: OpenAPI from the wire types themselves, and routers asked for their own."""

from collections.abc import Mapping
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI

from playhead.web.problems import Problem
from playhead.web.routing import narrow

_SCHEMAS = "x-schemas"
_REFERENCE = "#/components/schemas/{name}"


class Api(FastAPI):
    """FastAPI whose OpenAPI document takes in the schemas that ``answer`` declared."""

    def include_router(self, router: APIRouter, *, prefix: str = "", **chosen: Any) -> None:
        """Include ``router`` as FastAPI does; it is asked only about paths that may be its own."""
        super().include_router(router, prefix=prefix, **chosen)
        narrow(self.router.routes[-1], router, prefix)

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI 3.1 document.

        Raises:
            ValueError: Two types that are sent share a name, so that one would pass for the other.
        """
        if self.openapi_schema is None:
            self.openapi_schema = _with_schemas(super().openapi())
        return self.openapi_schema


def answer(
    description: str,
    body: type[object],
    *,
    status: int = 200,
    lines: object = None,
    otherwise: type[object] | None = None,
) -> dict[int | str, dict[str, Any]]:
    """Declare a successful answer, for an endpoint's ``responses``.

    Args:
        description: What the answer is.
        body: The wire type of the JSON body.
        status: Its HTTP status.
        lines: The wire type (or union) of one line of the NDJSON form, where there is one.
        otherwise: The wire type of the JSON body in the other case, where there are two.
    """
    kinds: list[Any] = [body] if otherwise is None else [body, otherwise]
    references = [_reference(kind) for kind in kinds]
    schema = references[0] if otherwise is None else {"anyOf": references}
    content = {"application/json": {"schema": schema}}
    if lines is not None:
        content["application/x-ndjson"] = {"schema": _reference(lines)}
        kinds.append(lines)
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    return {status: {"description": description, "content": content, _SCHEMAS: schemas}}


def _reference(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=_REFERENCE)
    return schema


def _with_schemas(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    _, problem = msgspec.json.schema_components([Problem], ref_template=_REFERENCE)
    schemas.update(problem)
    for path in document["paths"].values():
        for operation in path.values():
            _hoist(operation["responses"], schemas)
    return document


def _hoist(responses: Mapping[str, dict[str, Any]], schemas: dict[str, Any]) -> None:
    for response in responses.values():
        for name, schema in response.pop(_SCHEMAS, {}).items():
            if schemas.setdefault(name, schema) != schema:
                raise ValueError(f"two types that are sent are both called {name}")
