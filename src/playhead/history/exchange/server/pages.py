"""Query parameters, cursors and error bodies of the exchange's REST interface."""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

Item = TypeVar("Item")


class BadQuery(Exception):
    """The exchange answers 400; ``body`` is what it says."""

    def __init__(self, body: dict[str, object]) -> None:
        super().__init__(body)
        self.body = body


def rejected(text: str) -> BadQuery:
    """Return the answer to a parameter that is out of bounds."""
    return BadQuery({"msg": f"Parameter validation failed: {text}"})


def incompatible(details: str) -> BadQuery:
    """Return the answer to parameters that exclude each other."""
    return BadQuery(
        {"code": "invalid_parameters", "message": "invalid parameters", "details": details}
    )


def answer(body: object, status: int = 200) -> Response:
    """Return ``body`` as JSON with sorted keys, as the exchange does."""
    return Response(
        msgspec.json.encode(body, order="sorted"), status, media_type="application/json"
    )


def not_found() -> Response:
    """Return the exchange's 404."""
    return answer({"error": {"code": "not_found", "message": "not found"}}, 404)


def whole(request: Request, name: str, *, least: int, most: int, default: int) -> int:
    """Return an integer parameter.

    Raises:
        BadQuery: It is no integer or out of bounds.
    """
    text = request.query_params.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not least <= int(text[:10]) <= most:
        raise rejected(f"{name} must be between {least} and {most}")
    return int(text)


def instant(request: Request, name: str) -> int | None:
    """Return a parameter in Unix seconds; None where it is absent.

    Raises:
        BadQuery: It is no integer.
    """
    if not request.query_params.get(name):
        return None
    return whole(request, name, least=0, most=9_999_999_999, default=0)


def flag(request: Request, name: str) -> bool:
    """Return a boolean parameter, false where it is absent."""
    return request.query_params.get(name, "").lower() in ("true", "1")


def names(request: Request, name: str) -> frozenset[str]:
    """Return a comma list; empty where it is absent."""
    return frozenset(filter(None, request.query_params.get(name, "").split(",")))


def cursor_of(number: int) -> str:
    """Return the cursor that goes on after ``number``."""
    return base64.urlsafe_b64encode(str(number).encode()).decode()


def after(request: Request) -> int:
    """Return the number to go on after; zero without a cursor, and for one that says nothing."""
    try:
        text = base64.urlsafe_b64decode(request.query_params.get("cursor", "")).decode()
        return int(text)
    except (ValueError, binascii.Error):
        return 0


def page(
    items: Iterable[Item], limit: int, number_of: Callable[[Item], int]
) -> tuple[list[Item], str]:
    """Return the first ``limit`` items and the cursor to the rest, empty if there is none."""
    taken: list[Item] = []
    for item in items:
        if len(taken) == limit:
            return taken, cursor_of(number_of(taken[-1]))
        taken.append(item)
    return taken, ""
