"""One WebSocket: commands are read and carried out in turn, frames leave beside that."""

import asyncio
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect

from playhead.history.exchange.server.outbox import Outbox
from playhead.history.exchange.server.session import Session
from playhead.history.exchange.server.transport import CUT

_STEPS_AT_ONCE = 32


class Connection:
    """Carries frames between a session and its client."""

    def __init__(self, socket: WebSocket, session: Session, outbox: Outbox) -> None:
        self.session = session
        self._socket = socket
        self._outbox = outbox
        self._cut: Callable[[], None] = socket.scope["extensions"][CUT]["cut"]

    async def run(self) -> None:
        """Serve the client until it leaves or the wire is cut."""
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        except WebSocketDisconnect:
            pass
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    def cut(self) -> None:
        """Reset the TCP connection."""
        self._cut()

    async def _read(self) -> None:
        while True:
            command = await self._socket.receive_text()
            for number, _ in enumerate(self.session.receive(command), start=1):
                await self._outbox.room()
                if number % _STEPS_AT_ONCE == 0:
                    await asyncio.sleep(0)  # a big answer lets the others have their turn
            await self._outbox.room()

    async def _write(self) -> None:
        while True:
            frame = await self._outbox.get()
            await self._socket.send_text(frame)
