"""What the endpoints of sign-in are given."""

from dataclasses import dataclass
from typing import Annotated, Protocol, cast
from uuid import UUID

from fastapi import Depends, FastAPI, Query, Request
from pydantic import Field
from starlette.datastructures import Headers

from playhead.base.ids import parse_id
from playhead.kernel.auth.bodies import Printable
from playhead.kernel.auth.limits import Gate
from playhead.kernel.auth.model import Visit
from playhead.kernel.auth.port import Accounts, SignIn
from playhead.kernel.auth.profiles import Profiles
from playhead.kernel.auth.sessions import Sessions
from playhead.kernel.identity.model import SESSION_PREFIX
from playhead.web.forwarded import client_address
from playhead.web.limits import Limiting
from playhead.web.parameters import PathName, id_schema
from playhead.web.parameters import Query as QueryModel
from playhead.web.requests import request_id_of


class PublishedKeys(Protocol):
    """Knows the keys that verify our access tokens."""

    async def published(self) -> list[dict[str, str]]:
        """Return them as JWKs."""
        ...


@dataclass(frozen=True, slots=True)
class AuthRoom:
    """All that the endpoints of sign-in stand on. ``keys`` is None where others sign tokens."""

    sign_in: SignIn
    accounts: Accounts
    sessions: Sessions
    profiles: Profiles
    limiter: Limiting
    keys: PublishedKeys | None


class OAuthQuery(QueryModel):
    """Where the browser is to come back to."""

    redirect_uri: Printable | None = Field(
        None, description="One of the addresses that are allowed; left out, the usual one."
    )


def install_auth(app: FastAPI, room: AuthRoom) -> None:
    """Give the endpoints of sign-in what they stand on."""
    app.state.auth = room


async def _room(request: Request) -> AuthRoom:
    return cast(AuthRoom, request.app.state.auth)


AuthOf = Annotated[AuthRoom, Depends(_room)]


async def _gate(request: Request, room: AuthOf) -> Gate:
    visit = Visit.of(
        client_address(request.scope),
        request.headers.get("user-agent", ""),
        request_id_of(request.scope),
    )
    return Gate(room.limiter, request.scope, visit)


async def _bearer(request: Request) -> str | None:
    return bearer_of(request.headers)


async def _session_id(session_id: Annotated[PathName, id_schema(SESSION_PREFIX)]) -> UUID:
    return parse_id(SESSION_PREFIX, session_id, field="session_id")


def bearer_of(headers: Headers) -> str | None:
    """Return the token of ``Authorization: Bearer ...``; None if there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


GateOf = Annotated[Gate, Depends(_gate)]
BearerOf = Annotated[str | None, Depends(_bearer)]
SessionPath = Annotated[UUID, Depends(_session_id)]
OAuthAsked = Annotated[OAuthQuery, Query()]
