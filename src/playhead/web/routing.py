"""Included routers that are asked only about paths that begin as theirs do.

The framework asks each of them in turn, and each compares every pattern that it has: by far the
most of what a request costs before its endpoint is reached.
"""

from typing import Any

from fastapi import APIRouter
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

_ANYTHING = ""


def narrow(included: BaseRoute, router: APIRouter, prefix: str) -> None:
    """Let ``included``, which stands for ``router`` under ``prefix``, pass over other paths."""
    included.matches = _Narrowed(included, router, prefix)  # type: ignore[method-assign]


class _Narrowed:
    """Matches what an included router matches; knows by its beginning that a path is another's."""

    def __init__(self, included: BaseRoute, router: APIRouter, prefix: str) -> None:
        self._matches = included.matches
        self._routes = router.routes
        self._prefix = prefix
        self._beginnings: tuple[str, ...] = ()
        self._known = -1

    def __call__(self, scope: Scope) -> tuple[Match, Scope]:
        if len(self._routes) != self._known:  # a router may gain routes after it was included
            self._beginnings = tuple({_beginning(self._prefix, each) for each in self._routes})
            self._known = len(self._routes)
        # Below a root the path is longer than what is matched.
        if scope.get("root_path") or scope["path"].startswith(self._beginnings):
            return self._matches(scope)
        return Match.NONE, {}


def _beginning(prefix: str, route: Any) -> str:
    """Return what every path of ``route`` begins with: all before its first parameter."""
    path = getattr(route, "path", None)
    return _ANYTHING if path is None else f"{prefix}{path}".partition("{")[0]
