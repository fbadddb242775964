"""Requests byte by byte, put to the application as its server would put them."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import msgspec
from starlette.types import ASGIApp, Message

from tests.entrypoints.whole import some_address

Fields = tuple[tuple[bytes, bytes], ...]
HOST = (b"host", b"localhost")
JSON = (b"content-type", b"application/json")
SECONDS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        target: Path and query, as they stand in the first line.
        headers: All of them, names in lower case; ``Host`` is added where there is none.
        address: Whose it is; None: somebody's who has never asked before.
    """

    method: str
    target: bytes
    headers: Fields = ()
    body: bytes = b""
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Fields
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of a header, or None."""
        wanted = name.lower().encode()
        found = [value for key, value in self.headers if key.lower() == wanted]
        return found[0].decode("latin-1") if found else None

    def json(self) -> Any:
        """Return the body."""
        return msgspec.json.decode(self.body)


def json_asked(method: str, path: str, body: object, *headers: tuple[bytes, bytes]) -> Asked:
    """Return a request with a JSON body."""
    return Asked(method, path.encode(), (JSON, *headers), msgspec.json.encode(body))


def bearer_field(token: str) -> tuple[bytes, bytes]:
    """Return the header that carries ``token``."""
    return b"authorization", b"Bearer " + token.encode()


async def put(app: ASGIApp, asked: Asked) -> Answer:
    """Put one request to ``app`` and return its whole answer."""
    started: list[Message] = []
    parts: list[bytes] = []
    to_come: list[Message] = [{"type": "http.request", "body": asked.body, "more_body": False}]

    async def receive() -> Message:
        if to_come:
            return to_come.pop()
        await asyncio.sleep(SECONDS)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        else:
            parts.append(message.get("body", b""))

    async with asyncio.timeout(SECONDS):
        await app(_scope(asked), receive, send)
    (start,) = started
    headers = tuple((bytes(name), bytes(value)) for name, value in start["headers"])
    return Answer(start["status"], headers, b"".join(parts))


def _scope(asked: Asked) -> dict[str, Any]:
    path, _, query = asked.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 80),
        "client": (asked.address or some_address(), 1),
        "scheme": "http",
        "method": asked.method,
        "root_path": "",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "headers": _with_host(asked),
        "state": {},
    }


def _with_host(asked: Asked) -> list[tuple[bytes, bytes]]:
    sent = list(asked.headers)
    if not _has(sent, b"host"):
        sent.insert(0, HOST)
    if asked.body and not _has(sent, b"content-length"):
        sent.append((b"content-length", str(len(asked.body)).encode()))
    return sent


def _has(fields: Iterable[tuple[bytes, bytes]], name: bytes) -> bool:
    return any(key == name for key, _ in fields)
