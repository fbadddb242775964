"""One connection to Valkey that many share: questions go out at once, answers come in their order.

The driver connects (TLS, passwords, databases). It then lends a connection to one question at a
time and does much around each, which costs three times what a question costs here.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_CONNECTION_LOST = (OSError, ValueError)
_READ_BYTES = 65_536


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
        self._outgoing: list[bytes] = []
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
        if not self._outgoing:
            # Questions of one turn of the loop leave together: each message wakes the server.
            asyncio.get_running_loop().call_soon(self._send)
        self._outgoing.append(command(words))
        return await answer

    async def close(self) -> None:
        """End the connection; whoever waits is told that it was lost."""
        self._reading.cancel()
        await self._end()

    def _send(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        if self.is_open:
            self._writer.write(b"".join(outgoing))

    async def _read(self) -> None:
        answers = Answers()
        try:
            while data := await self._reader.read(_READ_BYTES):
                for answer in answers.feed(data):
                    waiting = self._waiting.popleft()
                    if not waiting.done():  # else whoever asked has gone
                        waiting.set_result(answer)
            await self._end()
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


class Answers:
    """Reads answers (RESP version 2) from bytes as they come."""

    def __init__(self) -> None:
        self._got = b""

    def feed(self, data: bytes) -> list[Answer]:
        """Return the answers that ``data`` completes, in their order.

        Raises:
            ValueError: What comes is no answer.
        """
        got = self._got + data if self._got else data
        answers: list[Answer] = []
        start = 0
        try:
            while start < len(got):
                answer, start = _read(got, start)
                answers.append(answer)
        except _Incomplete:
            pass
        self._got = got[start:]
        return answers


class _Incomplete(Exception):
    """The rest of an answer is still to come."""


def _read(got: bytes, start: int) -> tuple[Answer, int]:
    """Return the answer that begins at ``start``, and where it ends."""
    end = got.find(b"\r\n", start)
    if end < 0:
        raise _Incomplete
    kind, rest, after = got[start : start + 1], got[start + 1 : end], end + 2
    if kind == b":":
        return int(rest), after
    if kind == b"*":
        return _read_list(got, int(rest), after)
    if kind == b"$":
        return _read_text(got, int(rest), after)
    if kind == b"+":
        return rest, after
    if kind == b"-":
        return Refusal(rest.decode(errors="replace")), after
    raise ValueError(f"an answer of Valkey cannot start with {kind!r}")


def _read_text(got: bytes, length: int, start: int) -> tuple[Answer, int]:
    if length < 0:
        return None, start
    end = start + length
    if len(got) < end + 2:
        raise _Incomplete
    return got[start:end], end + 2


def _read_list(got: bytes, count: int, start: int) -> tuple[Answer, int]:
    if count < 0:
        return None, start
    answers: list[Answer] = []
    for _ in range(count):
        answer, start = _read(got, start)
        answers.append(answer)
    return answers, start
