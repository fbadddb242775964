"""A server that speaks OpenAI's protocol, answers word by word, and never comes to an end."""

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BETWEEN_SECONDS = 0.02
PATIENCE_SECONDS = 20.0
MARK = re.compile(rb"\[\[(\w+)\]\]")
"""In the prompt: by which a request is known."""

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
_WORD = {"index": 0, "delta": {"content": "word "}, "finish_reason": None}
_CHUNK = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
_DRIP = b"data: " + json.dumps({**_CHUNK, "choices": [_WORD]}).encode() + b"\n\n"


class Dripping:
    """Notes when each request began to be answered, and when its asker hung up."""

    def __init__(self) -> None:
        self.port = 0
        self._began: dict[str, threading.Event] = {}
        self._closed: dict[str, threading.Event] = {}
        self._at: dict[str, int] = {}

    def expect(self, mark: str) -> None:
        """Be told which request will come."""
        self._began[mark], self._closed[mark] = threading.Event(), threading.Event()

    def wait_until_asked(self, mark: str) -> None:
        """Return once the answer has begun."""
        assert self._began[mark].wait(PATIENCE_SECONDS), "nobody asked"

    def closed_at(self, mark: str) -> int:
        """Return when the asker hung up, in nanoseconds since 1970."""
        assert self._closed[mark].wait(PATIENCE_SECONDS), "nobody hung up"
        return self._at[mark]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request until its asker has enough."""
        asked = b""
        while (found := MARK.search(asked)) is None:
            asked += await reader.read(65_536)
        mark = found.group(1).decode()
        writer.write(_HEAD + _DRIP)
        self._began[mark].set()
        dripping = asyncio.create_task(_drip(writer))
        with suppress(OSError):
            while await reader.read(65_536):
                pass
        self._at[mark] = time.time_ns()
        self._closed[mark].set()
        dripping.cancel()
        writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while True:
            await asyncio.sleep(BETWEEN_SECONDS)
            writer.write(_DRIP)
            await writer.drain()


@contextmanager
def dripping() -> Iterator[Dripping]:
    """Run the server in a thread of its own."""
    server, loop, up = Dripping(), asyncio.new_event_loop(), threading.Event()

    async def serve() -> None:
        listening = await asyncio.start_server(server.answer, "127.0.0.1", 0)
        server.port = listening.sockets[0].getsockname()[1]
        up.set()
        with suppress(asyncio.CancelledError):
            await listening.serve_forever()

    task = loop.create_task(serve())
    thread = threading.Thread(target=loop.run_until_complete, args=(task,), daemon=True)
    thread.start()
    up.wait()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(PATIENCE_SECONDS)
        loop.close()
