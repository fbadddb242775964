"""One WebSocket: commands are read and carried out in turn, frames leave beside that."""

import asyncio
from typing import Protocol

from starlette.websockets import WebSocket, WebSocketDisconnect

from playhead.history.exchange.server.dialogue import Dialogue
from playhead.history.exchange.server.outbox import Outbox
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.server.transport import WIRE

_STEPS_AT_ONCE = 32


class Wire(Protocol):
    """The TCP connection underneath."""

    def reset(self) -> None:
        """Reset it."""
        ...

    def close(self, code: int) -> None:
        """Begin the closing handshake."""
        ...

    def fall_silent(self) -> None:
        """Keep it open, but read nothing and answer nothing."""
        ...


class Connection:
    """Carries frames between a session and its client."""

    def __init__(
        self, socket: WebSocket, session: Session, dialogue: Dialogue, outbox: Outbox
    ) -> None:
        self.session = session
        self._dialogue = dialogue
        self._socket = socket
        self.outbox = outbox
        self._wire: Wire = socket.scope["extensions"][WIRE]["wire"]
        self._traffic: list[asyncio.Task[None]] = []
        self._held_back: asyncio.Event | None = None
        self._is_deaf = False

    async def run(self) -> None:
        """Serve the client until it leaves or the wire is cut."""
        try:
            async with asyncio.TaskGroup() as group:
                self._traffic += [group.create_task(self._read())]
                self._traffic += [group.create_task(self._write())]
        except* WebSocketDisconnect:
            pass

    def reset(self) -> None:
        """Reset the TCP connection; frames that wait are lost."""
        self._wire.reset()
        self._stop()

    def close(self, code: int) -> None:
        """Say goodbye with ``code``; frames that wait are lost."""
        self._wire.close(code)
        self._stop()

    def black_hole(self) -> None:
        """Read and write no more, and keep the TCP connection until the client lets go of it.

        Nothing may be put into the outbox any more.
        """
        self._is_deaf = True
        self._wire.fall_silent()
        self.outbox.clear()

    def hold_back(self) -> None:
        """Let frames wait until ``let_go``; commands are carried out, pings go on."""
        self._held_back = self._held_back or asyncio.Event()

    def let_go(self) -> None:
        """Send what was held back, all at once and in order."""
        if self._held_back is not None and not self._is_deaf:
            self._held_back.set()
            self._held_back = None

    def _stop(self) -> None:
        for task in self._traffic:
            task.cancel()

    async def _read(self) -> None:
        while True:
            command = await self._next_command()
            if not self._is_deaf:
                await self._carry_out(command)

    async def _carry_out(self, command: str) -> None:
        for number, _ in enumerate(self._dialogue.receive(command), start=1):
            await self.outbox.room()
            if number % _STEPS_AT_ONCE == 0:
                await asyncio.sleep(0)  # a big answer lets the others have their turn
        await self.outbox.room()

    async def _next_command(self) -> str:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        return message.get("text") or ""  # what is not text is no command either

    async def _write(self) -> None:
        while True:
            frame = await self.outbox.get()
            if self._held_back is not None:
                await self._held_back.wait()
            await self._socket.send_text(frame)
