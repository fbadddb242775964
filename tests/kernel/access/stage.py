"""A small guarded API over a real database, and what a test turns by hand: clocks and tokens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from json import dumps
from typing import Any, TypeVar
from uuid import UUID

import httpx2
from fastapi import APIRouter

from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.access import (
    PLANS,
    AccessRegister,
    Callers,
    Failures,
    Guard,
    GuardedApi,
    Plan,
)
from playhead.kernel.access.ports import FoundKey, FoundPerson
from playhead.kernel.api_keys import UsageTally
from playhead.kernel.api_keys.dependencies import KeyRoom, install_api_keys
from playhead.kernel.api_keys.router import public_router
from playhead.kernel.api_keys.router import router as keys_router
from playhead.kernel.audit import AuditLog
from playhead.kernel.idempotency import IdempotencyKeys, key_owner
from playhead.kernel.identity import Claims, Scope, TokenExpired, TokenInvalid
from playhead.kernel.identity.dependencies import CallerDep
from playhead.storage.postgres import Database
from playhead.storage.sealing import Sealer
from playhead.storage.tenants import Tenant, Tenants
from playhead.web.cursors import Cursors
from playhead.web.edge import CLOSED, Edge, install_edge
from playhead.web.idempotency import install_idempotency
from playhead.web.limits import Limiter
from playhead.web.problems import INTERNAL, InternalError, install_problems, problem
from playhead.web.state import install_state
from playhead.web.wire import JsonBytes
from tests.kernel.api_keys.stage import LetterBox, Stage, new_stage
from tests.kernel.stage import NOW, Member

Result = TypeVar("Result")
FOREVER = Micros(NOW * 2)


@dataclass
class Clock:
    """A clock that a test sets. It serves as both: the time of day, and the one that only grows."""

    at: Micros = NOW

    def __call__(self) -> Micros:
        return self.at

    def pass_micros(self, micros: int) -> None:
        self.at = Micros(self.at + micros)


@dataclass
class Tokens:
    """Access tokens that a test makes up."""

    good: dict[str, Claims] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    reads: int = 0

    async def read(self, token: str) -> Claims:
        self.reads += 1
        if token in self.expired:
            raise TokenExpired
        if token not in self.good:
            raise TokenInvalid
        return self.good[token]

    def of(
        self,
        user_id: UUID,
        *,
        session_id: UUID | None = None,
        hint: UUID | None = None,
        expires_at: Micros = FOREVER,
    ) -> str:
        token = f"token.{len(self.good)}"
        self.good[token] = Claims(user_id, session_id, hint, expires_at)
        return token


@dataclass
class CountedRegister:
    """The real register, and how often it was asked."""

    register: AccessRegister
    asked: int = 0

    async def find_key(self, key_hash: bytes) -> FoundKey | None:
        self.asked += 1
        return await self.register.find_key(key_hash)

    async def find_person(self, claims: Claims, now: Micros) -> FoundPerson:
        self.asked += 1
        return await self.register.find_person(claims, now)


@dataclass
class House:
    """A guarded API, and everything that it stands on."""

    stage: Stage
    clock: Clock
    tokens: Tokens
    register: CountedRegister
    tally: UsageTally
    letters: LetterBox
    app: GuardedApi
    client: httpx2.AsyncClient

    async def ask(
        self,
        path: str = "/who",
        credential: str | None = None,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        sent = dict(headers or {})
        if credential is not None:
            sent["Authorization"] = f"Bearer {credential}"
        content = None if json is None else dumps(json).encode()
        if content is not None:
            sent["Content-Type"] = "application/json"
        return await self.client.request(method, path, headers=sent, content=content, params=params)


@asynccontextmanager
async def house(
    tenants: Tenants,
    *,
    plans: Mapping[str, Plan] = PLANS,
    limiter: Limiter | None = None,
    peer: str = "192.0.2.1",
    edge: Edge = CLOSED,
) -> AsyncIterator[House]:
    clock, tokens, letters = Clock(), Tokens(), LetterBox()
    register = CountedRegister(AccessRegister(tenants))
    tally, counts = UsageTally(tenants), limiter or Limiter(None, now=clock)
    callers = Callers(register, tokens, plans=plans, now=clock)
    guard = Guard(callers, counts, tally, failures=Failures(counts, now=clock))
    app = GuardedApi(title="a house")
    install_state(app, now=clock, cursors=Cursors(b"k" * 32))
    install_problems(app)
    install_api_keys(app, KeyRoom.on(tenants, audit=AuditLog(), mail=letters, limiter=counts))
    store = IdempotencyKeys(tenants, Sealer([b"m" * 32]))
    install_idempotency(app, store, owner_of=key_owner, now=clock)
    app.include_router(public_router)
    app.include_router(keys_router, dependencies=[guard.required(Scope.ADMIN)])
    app.include_router(_router(), dependencies=[guard.required(Scope.HISTORY_READ)])
    app.include_router(_open_router(), dependencies=[guard.required()])
    install_edge(app, edge, last_resort=_last_resort)
    transport = httpx2.ASGITransport(app=app, client=(peer, 50_000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield House(await new_stage(tenants), clock, tokens, register, tally, letters, app, client)


def in_house(url: str, act: Callable[[House], Awaitable[Result]], **chosen: Any) -> Result:
    """Run ``act`` with a house of its own over the database at ``url``."""

    async def run() -> Result:
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(Database.open(url, connections=4))
            return await act(await stack.enter_async_context(house(Tenants(database), **chosen)))

    return asyncio.run(run())


async def make_session(
    tenants: Tenants, member: Member, *, expires_at: Micros = FOREVER, now: Micros = NOW
) -> UUID:
    session_id = new_uuid(now)
    async with tenants.transaction(Tenant(user_id=member.user_id)) as transaction:
        await transaction.execute(
            "INSERT INTO sessions (session_id, user_id, created_at, refreshed_at, expires_at,"
            " address, user_agent) VALUES (%(session_id)s, %(user_id)s, %(now)s, %(now)s,"
            " %(expires_at)s, '192.0.2.1', 'test')",
            session_id=session_id,
            user_id=member.user_id,
            now=now,
            expires_at=expires_at,
        )
    return session_id


def _router() -> APIRouter:
    router = APIRouter(default_response_class=JsonBytes)

    @router.get("/who")
    async def who(caller: CallerDep) -> dict[str, object]:
        return {
            "name": caller.name,
            "org": str(caller.org_id),
            "role": caller.role,
            "plan": caller.plan,
            "address": caller.address,
        }

    return router


def _open_router() -> APIRouter:
    router = APIRouter(default_response_class=JsonBytes)

    @router.get("/me")
    async def me(caller: CallerDep) -> dict[str, object]:
        return {"name": caller.name, "org": caller.org_id and str(caller.org_id)}

    return router


def _last_resort(request_id: str) -> JsonBytes:
    return JsonBytes(problem(InternalError("failed"), request_id), INTERNAL)
