"""The frames that wait for one connection. Bounded: who fills it asks first if it is full."""

import asyncio
from collections import deque


class Outbox:
    """A queue of text frames with one reader.

    ``is_full`` is advice for the two writers of a connection: data meets it by ending the
    subscription, answers to commands by waiting for room. What still comes after it (the one error
    of each subscription, the answer under way) is small.
    """

    def __init__(self, most: int) -> None:
        self._frames: deque[str] = deque()
        self._most = most
        self._filled = asyncio.Event()
        self._room = asyncio.Event()

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def is_full(self) -> bool:
        """Whether as many frames wait as may."""
        return len(self._frames) >= self._most

    def put(self, frame: str) -> None:
        """Queue a frame."""
        self._frames.append(frame)
        self._filled.set()

    async def get(self) -> str:
        """Return the oldest frame, waiting for one."""
        while not self._frames:
            self._filled.clear()
            await self._filled.wait()
        frame = self._frames.popleft()
        if len(self._frames) < self._most:
            self._room.set()
        return frame

    def clear(self) -> None:
        """Throw away what waits."""
        self._frames.clear()
        self._room.set()

    async def room(self) -> None:
        """Wait until it is not full."""
        while self.is_full:
            self._room.clear()
            await self._room.wait()
