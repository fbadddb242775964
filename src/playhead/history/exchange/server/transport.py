"""The WebSocket protocol of the server, with the exchange's pings and a way to cut the wire."""

import socket
import struct

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

CUT = "playhead.cut"
PING_SECONDS = 10.0
_PING = b"heartbeat"
_NO_LINGER = struct.pack("ii", 1, 0)


class ExchangeProtocol(WebSocketsSansIOProtocol):
    """Pings with ``heartbeat`` whatever comes back; the scope's ``CUT`` extension resets TCP."""

    def handle_connect(self, event: Request) -> None:
        """Begin as any WebSocket does, and tell the application how to cut it."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][CUT] = {"cut": self.cut}

    async def send(self, message: ASGISendEvent) -> None:
        """Send; a refusal ends the handshake, so that nothing is reported as left undone."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True

    def send_keepalive_ping(self) -> None:
        """Send one ping and plan the next."""
        self.ping_timer = None
        if self.close_sent or self.transport.is_closing():
            return
        self.conn.send_ping(_PING)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.schedule_ping()

    def cut(self) -> None:
        """Reset the TCP connection; the client sees no closing handshake."""
        wire = self.transport.get_extra_info("socket")
        if wire is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()
