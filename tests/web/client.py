"""The API over fakes, asked in process."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
from fastapi import Depends

from playhead.base.time import Micros
from playhead.entrypoints.http_app import History, build_app
from playhead.history.coverage.record import PublicRecord
from playhead.history.markets.ports import MarketReader
from playhead.history.rewind.ports import RewindReader
from playhead.history.verify.ports import AnswerVerifier
from playhead.kernel.identity import Scope
from playhead.web.health import Check
from playhead.web.openapi import Api
from tests.history.coverage.fakes import empty_record
from tests.history.markets.fakes import FakeMarkets
from tests.history.rewind.builders import second
from tests.history.rewind.fakes import FakeRewind
from tests.history.verify.fakes import FakeVerifier

KEY = b"k" * 32
NOW = second(1000)


class OpenDoor:
    """Lets everybody through: who may ask what is tried elsewhere."""

    def required(self, *scopes: Scope) -> Any:
        return self.welcome()

    def welcome(self) -> Any:
        async def check() -> None: ...

        return Depends(check)


def api(
    *,
    rewind: RewindReader | None = None,
    markets: MarketReader | None = None,
    record: PublicRecord | None = None,
    verifier: AnswerVerifier | None = None,
    checks: Mapping[str, Check] | None = None,
    now: Micros = NOW,
) -> Api:
    history = History(
        rewind=rewind or FakeRewind(),
        markets=markets or FakeMarkets(),
        record=record or empty_record(),
        verifier=verifier or FakeVerifier(),
    )
    return build_app(
        [history],
        OpenDoor(),
        checks=checks or {},
        now=lambda: now,
        cursor_key=KEY,
    )


def ask(
    app: Api,
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    content: bytes | None = None,
) -> httpx2.Response:
    async def exchange() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(
                method, path, headers=headers, params=params, content=content
            )

    return asyncio.run(exchange())


def fault(answer: httpx2.Response) -> tuple[int, str, str | None]:
    """Return status, code and field of an error, after checking that the envelope is whole."""
    body = answer.json()
    assert set(body) == {"error", "request_id"}
    assert set(body["error"]) == {"code", "message", "status", "field", "details"}
    assert body["error"]["status"] == answer.status_code
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return answer.status_code, body["error"]["code"], body["error"]["field"]
