"""A small shop whose orders must not be made twice."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx2
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from playhead.base.errors import Conflict, LimitReached, Unauthenticated
from playhead.base.time import Micros
from playhead.web.edge import CLOSED, install_edge
from playhead.web.idempotency import (
    IdempotencyStore,
    IdempotentRoute,
    Owner,
    install_idempotency,
)
from playhead.web.openapi import Api, answer
from playhead.web.problems import INTERNAL, install_problems, problems
from playhead.web.wire import JsonBytes, Wire, encode

ORG = UUID(int=1)
FAILURES: Mapping[str, Exception] = {
    "taken": Conflict("taken"),
    "fast": LimitReached("fast"),
    "broken": ValueError("broken"),
}


class Order(BaseModel):
    item: str


class Placed(Wire, frozen=True):
    number: int
    item: str


class Shop:
    """Counts the orders that were really made."""

    def __init__(self, store: IdempotencyStore, now: Micros, org_id: UUID = ORG) -> None:
        self.made = 0
        self.now = now
        self.busy_seconds = 0.0
        self.fails: str | None = None
        self.app = _app(self, store, org_id)


def _app(shop: Shop, store: IdempotencyStore, org_id: UUID) -> Api:
    app = Api()
    install_problems(app)
    install_idempotency(app, store, owner_of=_owner_of, now=lambda: shop.now)
    app.include_router(_router(shop), prefix="/api", dependencies=[Depends(_guard_of(org_id))])
    install_edge(app, CLOSED, last_resort=lambda _: JsonBytes(b'{"lost":true}', INTERNAL))
    return app


def _guard_of(org_id: UUID) -> Any:
    async def guard(request: Request) -> None:
        who = request.headers.get("authorization")
        if who is None:
            raise Unauthenticated("who?")
        request.scope["test.owner"] = None if who == "nobody" else Owner(org_id, who)

    return guard


def _owner_of(scope: Mapping[str, Any]) -> Owner | None:
    owner: Owner | None = scope["test.owner"]
    return owner


def _router(shop: Shop) -> APIRouter:
    router = APIRouter(route_class=IdempotentRoute)

    @router.post("/orders", responses={**answer("Made.", Placed, status=201), **problems(Conflict)})
    async def make(order: Order) -> JsonBytes:
        """Make an order."""
        await asyncio.sleep(shop.busy_seconds)
        if shop.fails is not None:
            raise FAILURES[shop.fails]
        shop.made += 1
        placed = encode(Placed(number=shop.made, item=order.item))
        return JsonBytes(placed, 201, {"Location": f"/api/orders/{shop.made}"})

    @router.post("/refusals")
    async def refuse() -> JsonBytes:
        shop.made += 1
        return JsonBytes(b"{}", 409)

    @router.post("/streams")
    async def stream() -> StreamingResponse:
        shop.made += 1
        return StreamingResponse(iter([b"line"]))

    @router.get("/orders")
    async def count() -> JsonBytes:
        return JsonBytes(encode({"made": shop.made}))

    return router


def headers_of(key: str | None, who: str | None) -> dict[str, str]:
    sent = {"Authorization": who, "Idempotency-Key": key}
    return {name: value for name, value in sent.items() if value is not None}


async def post(
    shop: Shop,
    *,
    key: str | None = "k1",
    item: str = "book",
    path: str = "/api/orders",
    who: str | None = "usr_1",
    method: str = "POST",
) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=shop.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(method, path, json={"item": item}, headers=headers_of(key, who))


def asked(shop: Shop, **options: Any) -> httpx2.Response:
    return asyncio.run(post(shop, **options))


def code_of(response: httpx2.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]
