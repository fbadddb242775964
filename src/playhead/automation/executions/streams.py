"""Answers that go on: events as they happen, and files of any length in bounded memory.

Slow consumers are waited for, and cut off once they have taken nothing for
``PATIENCE_SECONDS``. What fails in the middle ends the connection, so that nobody takes half a file
for a whole one.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Self

import anyio
from fastapi.responses import StreamingResponse
from starlette.types import Message, Send

from playhead.web.streaming import PATIENCE_SECONDS

EVENTS = "text/event-stream"


class Streamed(StreamingResponse):
    """Bytes as they come; the generator is closed however the answer ends."""

    @classmethod
    async def started(
        cls,
        parts: AsyncGenerator[bytes, None],
        media_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Return the stream once its first part exists, so that an early error has its status."""
        return cls(await anext(parts), parts, media_type, headers)

    def __init__(
        self,
        first: bytes,
        rest: AsyncGenerator[bytes, None],
        media_type: str,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._rest = rest
        super().__init__(_after(first, rest), media_type=media_type, headers=headers)

    async def stream_response(self, send: Send) -> None:
        """Send every part, then close the source, also for a client that went away."""

        async def patiently(message: Message) -> None:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await send(message)

        try:
            await super().stream_response(patiently)
        finally:
            # Shielded: a client that left cancels this task, and the source may hold a slot.
            with anyio.CancelScope(shield=True):
                await self._rest.aclose()


async def events(parts: AsyncGenerator[bytes, None]) -> Streamed:
    """Return server-sent events as an answer that no proxy may hold back."""
    return await Streamed.started(parts, EVENTS, {"X-Accel-Buffering": "no"})


def wants_events(accept: str) -> bool:
    """Return whether an ``Accept`` header asks for server-sent events."""
    return any(part.partition(";")[0].strip().lower() == EVENTS for part in accept.split(","))


async def _after(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    yield first
    async for part in rest:
        yield part
