"""Errors as HTTP answers: one envelope for every status, one table from kind to status."""

import inspect
from collections.abc import Mapping, Sequence
from copy import deepcopy
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from playhead.base.errors import (
    Conflict,
    Forbidden,
    Incomplete,
    Invalid,
    LimitReached,
    NotFound,
    PlayheadError,
    Unauthenticated,
    Unavailable,
)
from playhead.web.requests import request_id_of
from playhead.web.wire import JsonBytes, Wire

STATUS_OF_KIND: Mapping[type[PlayheadError], int] = {
    Invalid: 422,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    LimitReached: 429,
    Incomplete: 409,
    Unavailable: 503,
}
"""Incomplete is a conflict between the request and the state of the recording."""

INTERNAL = 500
MOST_FINDINGS = 20
MOST_CHARACTERS = 300
"""A refusal tells no more than this of what is wrong, nor of any text that was sent."""


class RequestInvalid(Invalid):
    """A parameter is missing, malformed, out of bounds or unknown; ``field`` names it."""

    code = "request.invalid"


class InternalError(PlayheadError):
    """Something failed that should not have; the request id finds it in the log."""

    code = "internal"


class Fault(Wire, frozen=True):
    """What went wrong.

    Attributes:
        code: Stable; the reference lists them all.
        field: The parameter at fault, where there is one.
        details: Facts about this occurrence.
    """

    code: str
    message: str
    status: int
    field: str | None
    details: dict[str, Any]


class Problem(Wire, frozen=True):
    """The body of every answer that is not a success."""

    error: Fault
    request_id: str


def status_of(error: type[PlayheadError]) -> int:
    """Return the HTTP status of an error class: that of the kind it descends from."""
    return next(
        (STATUS_OF_KIND[kind] for kind in error.__mro__ if kind in STATUS_OF_KIND), INTERNAL
    )


def problem(error: PlayheadError, request_id: str) -> Problem:
    """Return the body that tells a client about ``error``."""
    fault = Fault(
        code=error.code,
        message=error.message,
        status=status_of(type(error)),
        field=error.field,
        details=error.fields,
    )
    return Problem(error=fault, request_id=request_id)


def problems(*errors: type[PlayheadError]) -> dict[int | str, dict[str, Any]]:
    """Declare the errors that an endpoint answers with, for its ``responses``.

    Those that every endpoint can give (a malformed request, an internal failure) are added.
    """
    by_status: dict[int | str, dict[str, Any]] = {}
    declarable: tuple[type[PlayheadError], ...] = (*errors, RequestInvalid, InternalError)
    for error in dict.fromkeys(declarable):
        declared = by_status.setdefault(status_of(error), _declaration(status_of(error)))
        declared["content"]["application/json"]["examples"][error.code] = _example(error)
    return by_status


def with_problems(
    responses: Mapping[int | str, dict[str, Any]] | None, *errors: type[PlayheadError]
) -> dict[int | str, dict[str, Any]]:
    """Return what ``responses`` declare, and ``errors`` besides, also where they share a status."""
    merged = deepcopy(dict(responses or {}))
    for status, declared in problems(*errors).items():
        known = merged.setdefault(status, declared)["content"]["application/json"]
        known.setdefault("examples", {}).update(declared["content"]["application/json"]["examples"])
    return merged


def install_problems(app: FastAPI) -> None:
    """Answer every error that reaches ``app`` with the envelope, unknown routes included."""
    app.add_exception_handler(PlayheadError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


async def _on_error(request: Request, error: Exception) -> JsonBytes:
    assert isinstance(error, PlayheadError)
    status = status_of(type(error))
    return JsonBytes(problem(error, request_id_of(request.scope)), status, _wait(error, status))


def _wait(error: PlayheadError, status: int) -> dict[str, str] | None:
    """Return ``Retry-After`` in whole seconds: what the error knows, else 1 where it may pass."""
    seconds = error.fields.get("retry_after")
    if not isinstance(seconds, int):
        return {"Retry-After": "1"} if status in {429, 503} else None
    return {"Retry-After": str(max(seconds, 1))}


async def _on_invalid_request(request: Request, error: Exception) -> JsonBytes:
    assert isinstance(error, RequestValidationError)
    return await _on_error(request, invalid_request(error.errors()))


async def _on_http_exception(request: Request, error: Exception) -> JsonBytes:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST:  # a body that FastAPI cannot even decode
        return await _on_error(request, RequestInvalid("the body cannot be read"))
    code, message = _route_fault(request, error.status_code)
    fault = Fault(code=code, message=message, status=error.status_code, field=None, details={})
    body = Problem(error=fault, request_id=request_id_of(request.scope))
    return JsonBytes(body, error.status_code, dict(error.headers or {}))


def invalid_request(found: Sequence[Any]) -> RequestInvalid:
    """Return the error for what FastAPI's validation found; the first finding names the field.

    At most `MOST_FINDINGS` are told: of what is sent, everything may be wrong.
    """
    told = found[:MOST_FINDINGS]
    listed = [{"field": _field_of(each), "message": _message_of(each)} for each in told]
    first = listed[0]
    message = f"{first['field']}: {first['message']}" if first["field"] else first["message"]
    return RequestInvalid(str(message), field=first["field"], errors=listed)


def _field_of(finding: Mapping[str, Any]) -> str | None:
    names = [part for part in finding["loc"][1:] if isinstance(part, str)]
    return _shortened(".".join(names)) or None


def _message_of(finding: Mapping[str, Any]) -> str:
    unknown = finding["type"] == "extra_forbidden"
    return "this endpoint has no such parameter" if unknown else _shortened(str(finding["msg"]))


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _route_fault(request: Request, status: int) -> tuple[str, str]:
    path = _shortened(request.scope["path"])  # `url` fails where a query is no UTF-8
    if status == HTTPStatus.NOT_FOUND:
        return "route.not_found", f"there is nothing at {path}"
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return "method.not_allowed", f"{request.method[:20]} is not possible at {path}"
    return f"http.{status}", HTTPStatus(status).phrase


def _declaration(status: int) -> dict[str, Any]:
    reference = {"$ref": "#/components/schemas/Problem"}
    content = {"application/json": {"schema": reference, "examples": {}}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _example(error: type[PlayheadError]) -> dict[str, Any]:
    summary = (inspect.getdoc(error) or error.code).partition("\n\n")[0].replace("\n", " ")
    fault = Fault(code=error.code, message="...", status=status_of(error), field=None, details={})
    return {
        "summary": summary,
        "value": msgspec.to_builtins(Problem(error=fault, request_id="req_...")),
    }
