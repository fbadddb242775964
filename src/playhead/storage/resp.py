"""One connection to Valkey that many share: questions go out at once, answers come in their order.

The driver connects (TLS, passwords, databases). It then lends a connection to one question at a
time and does much around each, which costs three times what a question costs here.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_CONNECTION_LOST = (OSError, EOFError, ValueError, asyncio.LimitOverrunError)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that the server answered with, such as ``NOSCRIPT ...``."""

    text: str


Answer = int | bytes | Refusal | list[Any] | None
"""A list holds answers."""


class LineLost(ConnectionError):
    """The connection ended before the answer came."""


class Line:
    """Asks on one connection. Whoever gives up waiting takes nothing from those behind."""

    def __init__(self, connection: Any) -> None:
        """``connection`` is one of the driver's, connected, and nobody else's."""
        # The driver has no public way to its streams.
        self._reader: asyncio.StreamReader = connection._reader
        self._writer: asyncio.StreamWriter = connection._writer
        self._connection = connection
        self._waiting: deque[asyncio.Future[Answer]] = deque()
        self._reading = asyncio.create_task(self._read())
        self.is_open = True

    @classmethod
    async def connect(cls, pool: Any) -> "Line":
        """Return a line over a new connection of ``pool``, which is one of the driver's.

        Raises:
            RedisError: The server cannot be reached, or does not let us in.
        """
        connection: Any = pool.make_connection()
        try:
            await connection.connect()
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        return cls(connection)

    async def ask(self, *words: bytes | str | int) -> Answer:
        """Send a command and return its answer.

        Raises:
            LineLost: The connection ended before.
        """
        if not self.is_open:
            raise LineLost("the connection to Valkey is closed")
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append(answer)
        self._writer.write(command(words))
        return await answer

    async def close(self) -> None:
        """End the connection; whoever waits is told that it was lost."""
        self._reading.cancel()
        await self._end()

    async def _read(self) -> None:
        try:
            while True:
                answer = await read_answer(self._reader)
                waiting = self._waiting.popleft()
                if not waiting.done():  # else whoever asked has gone
                    waiting.set_result(answer)
        except (*_CONNECTION_LOST, IndexError):
            await self._end()

    async def _end(self) -> None:
        self.is_open = False
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_exception(LineLost("the connection to Valkey was lost"))
        await self._connection.disconnect(nowait=True)


def command(words: Sequence[bytes | str | int]) -> bytes:
    """Return a command as it is sent."""
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        text = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(text), text))
    return b"".join(parts)


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """Return the next answer (RESP version 2).

    Raises:
        EOFError: The connection ended.
        ValueError: What comes is no answer.
    """
    line = await reader.readuntil(b"\r\n")
    kind, rest = line[:1], line[1:-2]
    if kind == b":":
        return int(rest)
    if kind == b"+":
        return rest
    if kind == b"-":
        return Refusal(rest.decode(errors="replace"))
    length = int(rest)
    if kind == b"$":
        return None if length < 0 else (await reader.readexactly(length + 2))[:-2]
    if kind == b"*":
        return None if length < 0 else [await read_answer(reader) for _ in range(length)]
    raise ValueError(f"an answer of Valkey cannot start with {kind!r}")
