"""The endpoints of sign-in over a real database, asked in process through the real edge."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from fastapi import Depends, Request

from playhead.kernel.auth.dependencies import AuthRoom, bearer_of, install_auth
from playhead.kernel.auth.jwks import jwks_router
from playhead.kernel.auth.router import person_router, public_router
from playhead.kernel.identity import Caller, CredentialsMissing, TokenInvalid, scopes_of
from playhead.kernel.identity.dependencies import set_caller
from playhead.kernel.people import People
from playhead.storage.tenants import Tenant
from playhead.web.cursors import Cursors
from playhead.web.edge import CLOSED, install_edge
from playhead.web.openapi import Api
from playhead.web.problems import INTERNAL, InternalError, install_problems, problem
from playhead.web.requests import request_id_of
from playhead.web.state import install_state
from playhead.web.wire import JsonBytes
from tests.kernel.auth.stage import PASSWORD, Stage, new_address, opened

AUTH = "/api/v1/auth"
Json = dict[str, Any]


def guard(stage: Stage) -> Callable[[Request], Coroutine[None, None, None]]:
    """What stands before the endpoints of people: the shortest guard that is one."""

    async def check(request: Request) -> None:
        token = bearer_of(request.headers)
        if token is None:
            raise CredentialsMissing
        claims = await stage.builtin.sign_in.read(token)
        if not await stage.is_live(token):
            raise TokenInvalid
        async with stage.tenants.transaction(Tenant(user_id=claims.user_id)) as transaction:
            belongings = await People(transaction).belongings()
        first = belongings[0] if belongings else None
        caller = Caller(
            user_id=claims.user_id,
            org_id=first.org_id if first else None,
            role=first.role if first else None,
            scopes=scopes_of(first.role) if first else frozenset(),
            session_id=claims.session_id,
            key_id=None,
            plan=first.plan if first else "free",
            address="127.0.0.1",
            request_id=request_id_of(request.scope),
        )
        set_caller(cast(dict[str, Any], request.scope), caller)

    return check


def api(stage: Stage, room: AuthRoom) -> Api:
    app = Api(docs_url=None, redoc_url=None, redirect_slashes=False)
    install_state(app, now=stage.clock, cursors=Cursors(b"k" * 32))
    install_auth(app, room)
    install_problems(app)
    app.include_router(public_router, prefix="/api/v1")
    guarded = [Depends(guard(stage))]
    app.include_router(person_router, prefix="/api/v1", dependencies=guarded)
    app.include_router(jwks_router)
    error = InternalError("failed")
    install_edge(
        app,
        CLOSED,
        last_resort=lambda request_id: JsonBytes(problem(error, request_id), INTERNAL),
    )
    return app


@dataclass
class Client:
    """Somebody who asks the API."""

    stage: Stage
    http: httpx2.AsyncClient

    async def post(self, path: str, body: object = None, *, token: str = "") -> httpx2.Response:
        # Escaped, so that what no text may hold can be sent as well.
        headers = {"Content-Type": "application/json", **_bearer(token)}
        content = json.dumps(body).encode() if body is not None else b""
        return await self.http.post(f"{AUTH}{path}", content=content, headers=headers)

    async def get(self, path: str, *, token: str = "") -> httpx2.Response:
        return await self.http.get(f"{AUTH}{path}", headers=_bearer(token))

    async def patch(self, path: str, body: object, *, token: str = "") -> httpx2.Response:
        return await self.http.patch(f"{AUTH}{path}", json=body, headers=_bearer(token))

    async def delete(self, path: str, *, token: str = "") -> httpx2.Response:
        return await self.http.delete(f"{AUTH}{path}", headers=_bearer(token))

    async def sign_up(self, **fields: object) -> Json:
        answer = await self.post("/signup", person(**fields))
        assert answer.status_code == 201, answer.text
        body: Json = answer.json()
        return body


def person(**fields: object) -> Json:
    """A body that signs somebody up, but for ``fields``; one that is ``...`` is left out."""
    usual = {
        "email": new_address(),
        "password": PASSWORD,
        "first_name": "Ada",
        "last_name": "Lovelace",
    }
    return {name: value for name, value in (usual | fields).items() if value is not ...}


def play(
    url: str,
    story: Callable[[Client], Coroutine[None, None, None]],
    *,
    room: Callable[[AuthRoom], AuthRoom] = lambda room: room,
) -> None:
    async def run() -> None:
        async with opened(url) as stage:
            app = api(stage, room(stage.builtin.room))
            transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://localhost"
            ) as client:
                await story(Client(stage, client))

    asyncio.run(run())


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
