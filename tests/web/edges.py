"""A small application behind the edge, asked over ASGI messages that a test writes itself."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse
from starlette.types import ASGIApp, Message

from playhead.base.errors import LimitReached, Unauthenticated
from playhead.web.edge import Edge, install_edge
from playhead.web.forwarded import client_address
from playhead.web.problems import INTERNAL, InternalError, install_problems, problem
from playhead.web.requests import response_headers
from playhead.web.wire import JsonBytes

Fields = Sequence[tuple[str, str]]
FAILURES: Mapping[str, Exception] = {
    "401": Unauthenticated("who?"),
    "429": LimitReached("too fast", retry_after=7),
    "500": ValueError("secret"),
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]

    def one(self, name: str) -> str | None:
        found = self.all(name)
        assert len(found) <= 1
        return found[0] if found else None


def edge_app(edge: Edge) -> FastAPI:
    app = FastAPI()
    install_problems(app)

    @app.get("/address")
    async def read_address(request: Request) -> PlainTextResponse:
        response_headers(request.scope)["X-Credits-Cost"] = "3"
        return PlainTextResponse(f"{client_address(request.scope)} {request.url.scheme}")

    @app.get("/fail/{status}")
    async def fail(status: str) -> None:
        raise FAILURES[status]

    install_edge(app, edge, last_resort=_last_resort)
    return app


def _last_resort(request_id: str) -> ASGIApp:
    return JsonBytes(problem(InternalError("failed"), request_id), INTERNAL)


def send(
    app: ASGIApp,
    path: str,
    headers: Fields = (),
    *,
    method: str = "GET",
    peer: str | None = "192.0.2.1",
    scheme: str = "http",
) -> Answer:
    named = headers if any(name.lower() == "host" for name, _ in headers) else _at_home(headers)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in named],
        "client": None if peer is None else (peer, 50_000),
        "server": ("127.0.0.1", 80),
    }
    sent: list[Message] = []

    async def take(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    asyncio.run(app(scope, receive, take))  # type: ignore[arg-type]
    return _answer(sent)


def _at_home(headers: Fields) -> list[tuple[str, str]]:
    return [("Host", "localhost"), *headers]


def _answer(sent: Iterable[Message]) -> Answer:
    start, *rest = sent
    headers = [(name.decode().lower(), value.decode("latin-1")) for name, value in start["headers"]]
    return Answer(start["status"], headers, b"".join(each.get("body", b"") for each in rest))
