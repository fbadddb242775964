"""A REST server on loopback that answers what a test wrote down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Reply = tuple[int, str]


@dataclass
class Script:
    """Replies in order; the last one is repeated. ``asked`` holds the request lines."""

    replies: list[Reply]
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        self.asked.append(head[0].removesuffix(" HTTP/1.1"))
        self.headers.append(dict(line.split(": ", 1) for line in head[1:] if line))
        status, body = self.next_reply()
        payload = body.encode()
        writer.write(b"HTTP/1.1 %d Said\r\nContent-Length: %d\r\n" % (status, len(payload)))
        writer.write(b"Connection: close\r\n\r\n" + payload)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def scripted_http(*replies: Reply) -> AsyncIterator[tuple[str, Script]]:
    """Give the base address of a server, and its script."""
    script = Script(list(replies))
    server = await asyncio.start_server(script.answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/trade-api/v2", script
