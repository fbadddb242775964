"""The scripted provider: real sockets, HTTP/1.1 by hand, so that every fault can be made."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.automation.models.scripted.script import Fault, Script
from tests.automation.models.scripted.wires import Json, Wire, wire_of

SECONDS_BETWEEN_KEEP_ALIVES = 0.02


@dataclass(slots=True)
class Exchange:
    """One request as it came, and when its client went away."""

    method: str
    path: str
    headers: dict[str, str]
    body: Json
    connection: int
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    closed_at: float = 0.0

    def note_close(self) -> None:
        self.closed_at = asyncio.get_running_loop().time()
        self.closed.set()


class Dropped(Exception):
    """The script says that the connection is gone now."""


class ScriptedProvider:
    """Plays its script to whoever asks, and keeps every exchange."""

    def __init__(self) -> None:
        self.script = Script()
        self.exchanges: list[Exchange] = []
        self.connections = 0
        self.address = ""
        self._serving: set[asyncio.Task[None]] = set()

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.ensure_future(self._serve(reader, writer)))

    async def stop(self) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while (exchange := await _read_request(reader, number)) is not None:
                self.exchanges.append(exchange)
                if not await self._answer(exchange, reader, writer):
                    break
        except (ConnectionError, Dropped):
            writer.transport.abort()
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _answer(
        self, exchange: Exchange, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        playing = asyncio.ensure_future(play(self.script, wire_of(exchange.path), writer))
        watching = asyncio.ensure_future(_until_closed(reader))
        try:
            await asyncio.wait({playing, watching}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                exchange.note_close()
                return False
            await playing
        finally:
            for task in (playing, watching):
                task.cancel()
            await asyncio.gather(playing, watching, return_exceptions=True)
        return True


async def _until_closed(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        await reader.read(1)


async def _read_request(reader: asyncio.StreamReader, connection: int) -> Exchange | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Exchange(method, path, headers, json.loads(body), connection)


async def play(script: Script, wire: Wire, writer: asyncio.StreamWriter) -> None:
    """Say what ``script`` says."""
    if script.is_silent:
        await asyncio.Event().wait()
    if script.fault is not None and script.fault.after is None:
        await _complain(script.fault, wire, writer)
        return
    encoding = f"content-encoding: {script.encoding}\r\n" if script.encoding else ""
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
        + encoding.encode()
        + b"transfer-encoding: chunked\r\n\r\n"
    )
    async for part in _parts(script, wire):
        writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def _parts(script: Script, wire: Wire) -> AsyncIterator[bytes]:
    yield wire.opening(script.counted) or b"\n"
    for number in range(script.thinking):
        await asyncio.sleep(script.seconds_between)
        yield wire.thinking(f"thought {number}")
    for number, text in enumerate((*script.texts, "")):
        async for part in _trouble(script, number, wire):
            yield part
        if script.end_after == number:
            return
        if text:
            await asyncio.sleep(script.seconds_between)
            yield wire.text(text, script.counted)
    yield wire.ending(script.stop, script.counted)


async def _trouble(script: Script, number: int, wire: Wire) -> AsyncIterator[bytes]:
    if script.drop_after == number:
        await asyncio.sleep(0.02)
        raise Dropped
    if script.malformed_after == number:
        yield wire.malformed
    if script.odd_after == number:
        yield wire.odd
    if script.fault is not None and script.fault.after == number:
        yield wire.fault_in_stream(script.fault)
    while script.stall_after == number:
        await asyncio.sleep(SECONDS_BETWEEN_KEEP_ALIVES)
        yield wire.alive


async def _complain(fault: Fault, wire: Wire, writer: asyncio.StreamWriter) -> None:
    body = json.dumps(wire.fault(fault)).encode()
    told = {"content-type": "application/json", "content-length": len(body), **fault.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    writer.write(f"HTTP/1.1 {fault.status} Told\r\n{lines}\r\n".encode() + body)
    await writer.drain()


@asynccontextmanager
async def scripted_provider(tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedProvider]:
    """Give a scripted provider on a free port of loopback."""
    provider = ScriptedProvider()
    server = await asyncio.start_server(provider.take, "127.0.0.1", 0, ssl=tls)
    host, port = server.sockets[0].getsockname()
    provider.address = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield provider
    finally:
        server.close()
        await provider.stop()
