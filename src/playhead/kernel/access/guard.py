"""What stands before every endpoint that is not public: who asks, may they, and not too often.

Use:
    guard = Guard(callers, limiter, tally)
    app.include_router(router, dependencies=[guard.required(Scope.HISTORY_READ)])
"""

from collections.abc import Callable
from typing import Annotated, Any, cast

from fastapi import Depends, Request
from fastapi.openapi.models import APIKey, APIKeyIn, HTTPBearer
from fastapi.security.base import SecurityBase

from playhead.base.errors import Forbidden, Unauthenticated
from playhead.base.time import Micros
from playhead.kernel.access.callers import Callers
from playhead.kernel.access.credentials import KEY_HEADER, Credentials, parse_credentials
from playhead.kernel.access.errors import CredentialsAmbiguous
from playhead.kernel.access.failures import Failures
from playhead.kernel.access.model import Standing
from playhead.kernel.access.ports import Tally
from playhead.kernel.identity import (
    Caller,
    CredentialsMissing,
    KeyInvalid,
    NoOrganisation,
    Scope,
    ScopeMissing,
    TokenInvalid,
)
from playhead.kernel.identity.dependencies import CALLER, caller_of, set_caller
from playhead.web.forwarded import client_address
from playhead.web.limits import Limiting
from playhead.web.requests import request_id_of, response_headers

Connection = dict[str, Any]
"""An ASGI scope."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Authenticates requests, limits and counts them, and says who asks."""

    def __init__(
        self,
        callers: Callers,
        limiter: Limiting,
        tally: Tally,
        *,
        failures: Failures | None = None,
    ) -> None:
        self._callers = callers
        self._limiter = limiter
        self._tally = tally
        self._failures = failures or Failures(limiter)

    def required(self, *scopes: Scope) -> Any:
        """Return a dependency that lets through whoever is authentic and has all of ``scopes``."""
        return Depends(Gate(self, frozenset(scopes)))

    async def admit(self, scope: Connection, now: Micros) -> Caller:
        """Return who asks, and note it in the ASGI ``scope``.

        Raises:
            Unauthenticated: Nobody, or nobody we know.
            NoOrganisation: They do not belong to the organisation that they ask for.
            InvalidId: The organisation that they ask for is not an id.
            LimitExceeded: They, or their address, have asked too often.
            Unavailable: It cannot be found out now.
        """
        try:
            caller = await self._authenticate(scope, now)
        except Unauthenticated as error:
            if isinstance(error, KeyInvalid | TokenInvalid):
                await self._failures.note(scope)
            response_headers(scope)["WWW-Authenticate"] = challenge(error)
            raise
        if caller.key_id is not None:
            self._tally.count(caller.org, caller.key_id, now)
        set_caller(scope, caller)
        return caller

    async def _authenticate(self, scope: Connection, now: Micros) -> Caller:
        credentials = parse_credentials(scope["headers"])
        known = self._callers.known(credentials)
        standing = known or await self._find(credentials, scope, now)
        caller = _caller(standing, scope, now)
        await self._limiter.enforce(standing.buckets, scope)
        if credentials.token is None or scope["method"] in _READING:
            return caller
        # A person who changes something is judged by how they stand now, and sees afterwards what
        # they have changed about themselves: an organisation that they made or joined.
        self._callers.forget(credentials)
        if known is not None:
            caller = _caller(await self._find(credentials, scope, now), scope, now)
            self._callers.forget(credentials)
        return caller

    async def _find(self, credentials: Credentials, scope: Connection, now: Micros) -> Standing:
        # Who guesses never has credentials that were good; who shares their address may have.
        if not self._callers.were_good(credentials):
            self._failures.check(scope)
        return await self._callers.find(credentials, now)


def _caller(standing: Standing, scope: Connection, now: Micros) -> Caller:
    return standing.caller(client_address(scope), request_id_of(scope), now)


class KeyScheme(SecurityBase):
    """Tells OpenAPI of the header for API keys; the gate reads it."""

    model = APIKey.model_validate(
        {"in": APIKeyIn.header, "name": KEY_HEADER, "description": "An API key."}
    )
    scheme_name = "api_key"

    async def __call__(self) -> None:
        """Do nothing."""


class Gate(SecurityBase):
    """A dependency that passes a request through the guard, and checks its scopes."""

    model = HTTPBearer(description="An access token, or an API key.")
    scheme_name = "bearer"

    def __init__(self, guard: Guard, scopes: frozenset[Scope]) -> None:
        self._guard = guard
        self._scopes = scopes

    async def __call__(self, request: Request, _: Annotated[None, Depends(KeyScheme())]) -> None:
        """Let the request through.

        Raises:
            ScopeMissing: The caller lacks a scope.
            NoOrganisation: They have no organisation, and so no scope at all.
            PlayheadError: As ``Guard.admit``.
        """
        scope = cast(Connection, request.scope)
        if CALLER in scope:  # another gate has counted this request already
            caller = caller_of(scope)
        else:
            now = cast(Callable[[], Micros], request.app.state.now)()
            caller = await self._guard.admit(scope, now)
        if not self._scopes <= caller.scopes:
            raise self._refusal(caller, scope)

    def _refusal(self, caller: Caller, scope: Connection) -> Forbidden:
        if caller.org_id is None:  # scopes come with an organisation: that is what they lack
            return NoOrganisation()
        response_headers(scope)["WWW-Authenticate"] = (
            f'Bearer error="insufficient_scope", scope="{" ".join(sorted(self._scopes))}"'
        )
        return ScopeMissing(self._scopes - caller.scopes)


def challenge(error: Unauthenticated) -> str:
    """Return what ``WWW-Authenticate`` says about ``error`` (RFC 6750, section 3)."""
    if isinstance(error, CredentialsMissing):
        return "Bearer"
    word = "invalid_request" if isinstance(error, CredentialsAmbiguous) else "invalid_token"
    return f'Bearer error="{word}", error_description="{error.message}"'
