"""The exchange's WebSocket: every frame as it came, the moment it came.

Frames go to ``on_frame`` from inside the socket's own callback, in the order of the wire and before
any queue, so that a receive time is one, and a pong cannot overtake the frames before it.
Compression is off unless asked for: a recorder is bound by its processor, not by its line.

Source: Kalshi's AsyncAPI document of September 2026.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import (
    ConnectionClosed,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)
from websockets.frames import Frame, Opcode
from websockets.protocol import Event

from playhead.base.errors import PlayheadError
from playhead.base.time import Nanos
from playhead.history.kalshi.answers import refusal_of
from playhead.history.kalshi.errors import ConnectionEnded, ExchangeUnavailable, NotTaken
from playhead.history.kalshi.hosts import InvalidAddress
from playhead.history.kalshi.signing import Signer

LARGEST_FRAME = 64 * 1024 * 1024
ABNORMAL_CLOSURE = 1006
_DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})


@dataclass(frozen=True, slots=True)
class Closed:
    """How a connection ended: its close code and the reason given, else what can be said of it.

    The code is 1006 where the other side just went away.
    """

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told what arrives. Both are called at once and must be quick; neither may raise."""

    on_frame: Callable[[bytes], None]
    on_pong: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for the other side, in seconds."""

    open_seconds: float = 10.0
    send_seconds: float = 10.0
    close_seconds: float = 2.0


class Connection:
    """An open WebSocket. Made by ``connect``."""

    def __init__(self, tapped: "_Tapped", patience: Patience) -> None:
        self._tapped = tapped
        self._patience = patience

    async def send(self, text: str) -> None:
        """Send one text frame.

        Raises:
            ConnectionEnded: The connection is closed.
            NotTaken: The other side does not take it in time.
        """
        await self._send(self._tapped.send(text))

    async def ping(self) -> None:
        """Send a ping; the listener hears of the pong.

        Raises:
            ConnectionEnded: The connection is closed.
            NotTaken: The other side does not take it in time.
        """
        await self._send(self._tapped.ping())

    async def wait_closed(self) -> Closed:
        """Wait for the end, whoever brings it about, and return how it came."""
        await self._tapped.wait_closed()
        said = self._tapped.close_reason or str(self._tapped.protocol.close_exc)
        return Closed(self._tapped.close_code or ABNORMAL_CLOSURE, said)

    async def close(self) -> None:
        """Say goodbye, wait a little for the answer, and let go in any case."""
        try:
            async with asyncio.timeout(self._patience.close_seconds):
                await self._tapped.close()
        except TimeoutError:
            self.abort()

    def abort(self) -> None:
        """Let go at once, without a word."""
        self._tapped.transport.abort()

    async def _send(self, sending: Awaitable[object]) -> None:
        try:
            async with asyncio.timeout(self._patience.send_seconds):
                await sending
        except TimeoutError as error:
            raise NotTaken("the exchange does not take what is sent") from error
        except ConnectionClosed as error:
            raise ConnectionEnded(f"the connection is closed: {error}") from error


async def connect(
    url: str,
    listener: Listener,
    *,
    now: Callable[[], Nanos],
    signer: Signer | None = None,
    compression: bool = False,
    patience: Patience = Patience(),
) -> Connection:
    """Return an open connection to the exchange.

    Raises:
        InvalidAddress: ``url`` is no WebSocket address.
        Refused: The exchange does not accept the key, the signature or the clock.
        ExchangeUnavailable: It cannot be reached, or does not open the connection.
    """
    headers = signer.headers("GET", urlsplit(url).path, now()) if signer else {}
    try:
        tapped = await open_websocket(
            url,
            create_connection=_tapped_by(listener),
            additional_headers=headers,
            compression="deflate" if compression else None,
            max_size=LARGEST_FRAME,
            open_timeout=patience.open_seconds,
            close_timeout=patience.close_seconds,
            ping_interval=None,  # the recorder pings by itself and watches the pongs
            proxy=None,
        )
    except InvalidURI as error:
        raise InvalidAddress(f"{url!r} is not a WebSocket address") from error
    except InvalidStatus as error:
        raise _refusal(error) from error
    except (WebSocketException, OSError, TimeoutError) as error:
        raise ExchangeUnavailable(f"cannot connect to {url}: {_said(error)}") from error
    assert isinstance(tapped, _Tapped)
    _keep_alive(tapped)
    return Connection(tapped, patience)


class _Tapped(ClientConnection):
    """Hands frames on instead of queueing them."""

    listener: Listener
    _parts: bytes | bytearray | memoryview = b""

    def process_event(self, event: Event) -> None:
        if self.response is None or not isinstance(event, Frame):
            super().process_event(event)
        elif event.opcode in _DATA:
            self._take(event)
        else:
            super().process_event(event)
            if event.opcode is Opcode.PONG:
                self.listener.on_pong()

    def _take(self, part: Frame) -> None:
        whole = part.data if part.opcode is not Opcode.CONT else b"".join((self._parts, part.data))
        if part.fin:
            self.listener.on_frame(bytes(whole))
        self._parts = b"" if part.fin else whole


def _tapped_by(listener: Listener) -> type[_Tapped]:
    return type("Tapped", (_Tapped,), {"listener": listener})


def _refusal(error: InvalidStatus) -> PlayheadError:
    response = error.response
    body = bytes(response.body or b"").decode(errors="replace")
    if response.status_code in (401, 403):
        return refusal_of(response.status_code, body)
    return ExchangeUnavailable(f"the exchange answered the upgrade with {response.status_code}")


def _said(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _keep_alive(tapped: _Tapped) -> None:
    """Let the kernel notice a peer that vanished even while nothing is sent."""
    sock = tapped.transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
