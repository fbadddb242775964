"""One connection's incoming side: captured first, then queued to be looked at."""

import asyncio
from collections import deque

import msgspec

from playhead.base.errors import PlayheadError
from playhead.base.time import Nanos
from playhead.history.capture import Kind
from playhead.history.recorder.causes import End
from playhead.history.recorder.ports import Capture, Clock
from playhead.history.recorder.tallies import Tally


class Inbox:
    """Takes frames and pongs from the socket, and keeps them before anybody looks at them.

    The queue is bounded: when looking lags, frames are captured all the same and left out of it.
    When the capture refuses, ``trouble`` says why and nothing more is taken.

    Attributes:
        frame_came_at: By the event loop's clock; the opening, while there was none.
        pong_came_at: The same for pongs.
    """

    def __init__(
        self,
        capture: Capture,
        now: Clock,
        tally: Tally,
        *,
        url: str,
        most_waiting: int,
    ) -> None:
        self._capture = capture
        self._now = now
        self._tally = tally
        self._url = url
        self._most_waiting = most_waiting
        self._waiting: deque[tuple[Nanos, bytes]] = deque()
        self._arrived = asyncio.Event()
        self._connection: int | None = None
        self._is_shut = False
        self.trouble: str | None = None
        self.frame_came_at = self.pong_came_at = asyncio.get_running_loop().time()

    def open(self) -> None:
        """Note that the connection is open, unless that is noted.

        Raises:
            PlayheadError: The capture refuses.
        """
        if self._connection is None:
            number = self._capture.next_connection()
            opened = msgspec.json.encode({"url": self._url, "use_yes_price": False})
            self._keep(Kind.OPENED, opened, number)
            self._connection = number
            self.frame_came_at = self.pong_came_at = asyncio.get_running_loop().time()

    def on_frame(self, frame: bytes) -> None:
        """Keep a frame, then queue it."""
        at = self._take(Kind.FRAME, frame)
        if at is None:
            return
        self.frame_came_at = asyncio.get_running_loop().time()
        self._tally.frames += 1
        self._tally.bytes += len(frame)
        if len(self._waiting) < self._most_waiting:
            self._waiting.append((at, frame))
            self._arrived.set()
        else:
            self._tally.skipped += 1

    def on_pong(self) -> None:
        """Keep a sign of life."""
        if self._take(Kind.ALIVE, b"") is not None:
            self.pong_came_at = asyncio.get_running_loop().time()

    def sent(self, command: str) -> None:
        """Keep a command that is about to be sent.

        Raises:
            PlayheadError: The capture refuses.
        """
        self._keep(Kind.SENT, command.encode(), self._connection)

    def close(self, end: End) -> None:
        """Keep the end of the connection, if it ever was open, and take nothing more.

        Raises:
            PlayheadError: The capture refuses.
        """
        self._is_shut = True
        if self._connection is not None:
            closed = msgspec.json.encode({"cause": end.cause, "detail": end.detail})
            self._keep(Kind.CLOSED, closed, self._connection)

    @property
    def is_empty(self) -> bool:
        """Whether everything that came has been taken out."""
        return not self._waiting

    def nudge(self) -> None:
        """Make ``some`` return now."""
        self._arrived.set()

    async def some(self, most: int, patience_seconds: float) -> list[tuple[Nanos, bytes]]:
        """Return up to ``most`` frames in order, or none if none comes in time."""
        if not self._waiting:
            self._arrived.clear()
            try:
                async with asyncio.timeout(patience_seconds):
                    await self._arrived.wait()
            except TimeoutError:
                return []
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def _take(self, kind: Kind, payload: bytes) -> Nanos | None:
        """Keep what the socket brings; None once the capture has refused something."""
        if self._is_shut:
            return None
        try:
            self.open()
            return self._keep(kind, payload, self._connection)
        except PlayheadError as error:
            self._is_shut = True
            self.trouble = error.message
            return None

    def _keep(self, kind: Kind, payload: bytes, connection: int | None) -> Nanos:
        at = self._now()
        self._capture.append(kind, payload, connection=connection or 0, received_at=at)
        return at
