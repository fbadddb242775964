"""One WebSocket: commands are read and carried out in turn, frames leave beside that."""

import asyncio
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from playhead.history.exchange.server.dialogue import Dialogue
from playhead.history.exchange.server.outbox import Outbox
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.server.transport import CUT

_STEPS_AT_ONCE = 32


class Connection:
    """Carries frames between a session and its client."""

    def __init__(
        self, socket: WebSocket, session: Session, dialogue: Dialogue, outbox: Outbox
    ) -> None:
        self.session = session
        self._dialogue = dialogue
        self._socket = socket
        self.outbox = outbox
        self._cut: Callable[[], None] = socket.scope["extensions"][CUT]["cut"]

    async def run(self) -> None:
        """Serve the client until it leaves or the wire is cut."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._read())
                group.create_task(self._write())
        except* WebSocketDisconnect:
            pass

    def cut(self) -> None:
        """Reset the TCP connection."""
        self._cut()

    async def _read(self) -> None:
        while True:
            command = await self._next_command()
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
            await self._socket.send_text(frame)
