"""The WebSocket protocol of the server, with the exchange's pings and every way a wire can fail."""

import select
import socket
import struct

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

WIRE = "playhead.wire"
PING_SECONDS = 10.0
LOOK_SECONDS = 0.1
_PING = b"heartbeat"
_NO_LINGER = struct.pack("ii", 1, 0)
_LEFT = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class ExchangeProtocol(WebSocketsSansIOProtocol):
    """Pings with ``heartbeat`` whatever comes back; the scope's ``WIRE`` extension is the wire."""

    def handle_connect(self, event: Request) -> None:
        """Begin as any WebSocket does, and hand the application the wire itself."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            self.scope["extensions"][WIRE] = {"wire": self}

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

    def reset(self) -> None:
        """Reset the TCP connection; the client sees no closing handshake."""
        wire = self.transport.get_extra_info("socket")
        if wire is not None:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()

    def close(self, code: int) -> None:
        """Begin the closing handshake. Nothing may be sent after it."""
        if self.close_sent or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._read_on()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.close)

    def fall_silent(self) -> None:
        """Read nothing and answer nothing any more, and end only when the client has left."""
        if self.close_sent or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.transport.pause_reading()
        self.read_paused = False  # so that nothing that is still taken from the queue resumes it
        self._look_for_the_client()

    def _read_on(self) -> None:
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    def _look_for_the_client(self) -> None:
        # Who does not read is not told of the end, so the kernel is asked.
        if self.transport.is_closing():
            return
        poll = select.poll()
        poll.register(self.transport.get_extra_info("socket").fileno(), _LEFT)
        if poll.poll(0):
            self.transport.abort()
        else:
            self.loop.call_later(LOOK_SECONDS, self._look_for_the_client)
