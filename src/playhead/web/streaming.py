"""NDJSON of any length in bounded memory.

Slow consumers are waited for: a line is made only when those before it were taken, so at most one
chunk (``CHUNK`` bytes and the line that filled it) is held. One that takes nothing for
``PATIENCE_SECONDS`` is cut off, and only so many streams run at once (`StreamSlots`), because each
may hold a connection to the database that others need. A stream that was not cut short ends
with a line of ``"kind": "end"``; one that failed ends with ``"kind": "error"``.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Self

import anyio
from fastapi.responses import StreamingResponse
from starlette.types import Message, Send

from playhead.base.errors import LimitReached, PlayheadError
from playhead.web.problems import Fault, InternalError, problem
from playhead.web.wire import Wire, encode

CHUNK = 64 * 1024
PATIENCE_SECONDS = 30
MAX_STREAMS = 4
NDJSON = "application/x-ndjson"
_log = logging.getLogger(__name__)


class ErrorLine(Wire, frozen=True, tag_field="kind", tag="error"):
    """The last line of a stream that could not be finished."""

    error: Fault
    request_id: str


class TooManyStreams(LimitReached):
    """As many streams as are allowed at once are running; try again when one has ended."""

    code = "stream.too_many"

    def __init__(self, limit: int) -> None:
        super().__init__(f"only {limit} streams may run at once: try again later", limit=limit)


class StreamSlots:
    """Counts the streams that run."""

    def __init__(self, limit: int = MAX_STREAMS) -> None:
        self._limit = limit
        self._taken = 0

    async def hold(self, lines: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """Yield ``lines`` while holding a slot.

        Raises:
            TooManyStreams: None is free.
        """
        if self._taken >= self._limit:
            raise TooManyStreams(self._limit)
        self._taken += 1
        try:
            async with aclosing(lines):
                async for line in lines:
                    yield line
        finally:
            self._taken -= 1


class NdjsonStream(StreamingResponse):
    """Lines as they come; the generator is closed however the answer ends."""

    media_type = NDJSON

    @classmethod
    async def started(cls, lines: AsyncGenerator[bytes, None], request_id: str) -> Self:
        """Return the stream once its first line exists, so that an early error has its status."""
        return cls(await anext(lines), lines, request_id)

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None], request_id: str) -> None:
        self._rest = rest
        super().__init__(_chunks(_finished(first, rest, request_id)))

    async def stream_response(self, send: Send) -> None:
        """Send every chunk, then close the source, also for a client that went away."""

        async def patiently(message: Message) -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await send(message)

        try:
            await super().stream_response(patiently)
        finally:
            # Shielded: a client that left cancels this task, and the source may hold a connection
            # that must go back.
            with anyio.CancelScope(shield=True):
                await self._rest.aclose()


async def _finished(
    first: bytes, rest: AsyncGenerator[bytes, None], request_id: str
) -> AsyncGenerator[bytes, None]:
    yield first
    try:
        async for line in rest:
            yield line
    except PlayheadError as error:
        yield _error_line(error, request_id)
    except Exception:  # noqa: BLE001 -- supervision point: the status is sent, only a line can tell
        _log.exception("the stream of request %s failed", request_id)
        yield _error_line(InternalError("the stream failed"), request_id)


async def _chunks(lines: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    held = bytearray()
    async for line in lines:
        held += line
        held += b"\n"
        if len(held) >= CHUNK:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def _error_line(error: PlayheadError, request_id: str) -> bytes:
    told = problem(error, request_id)
    return encode(ErrorLine(error=told.error, request_id=told.request_id))


def wants_lines(accept: str) -> bool:
    """Return whether an ``Accept`` header asks for NDJSON."""
    return any(part.partition(";")[0].strip().lower() == NDJSON for part in accept.split(","))
