"""What an endpoint declares to learn who asks, and to ask for a scope."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from playhead.kernel.identity.errors import ScopeMissing
from playhead.kernel.identity.model import Caller, Scope

CALLER = "playhead.caller"


def set_caller(scope: dict[str, Any], caller: Caller) -> None:
    """Note in a request's ASGI ``scope`` who asks; the guard does, once that is certain."""
    scope[CALLER] = caller


def caller_of(scope: Mapping[str, Any]) -> Caller:
    """Return who asks. A request that did not pass the guard has no caller: KeyError."""
    return cast(Caller, scope[CALLER])


async def current_caller(request: Request) -> Caller:
    """Return who asks."""
    return caller_of(request.scope)


CallerDep = Annotated[Caller, Depends(current_caller)]


def needs(*scopes: Scope) -> Any:
    """Return a dependency that lets through callers with all of ``scopes``."""
    wanted = frozenset(scopes)

    async def check(caller: CallerDep) -> None:
        if not wanted <= caller.scopes:
            raise ScopeMissing(wanted - caller.scopes)

    return Depends(check)
