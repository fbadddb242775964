"""Which connection of the exchange is which one of a capture, and commands as they leave."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from playhead.base.errors import Unavailable
from playhead.base.time import Nanos
from playhead.entrypoints.chaos.following import Place
from playhead.history.capture import CaptureWriter, Kind
from playhead.history.exchange import Exchange
from playhead.history.kalshi import Connection, Listener

OnSent = Callable[[Place, bytes], None]


class Connector(Protocol):
    """Opens connections to the exchange."""

    async def __call__(self, listener: Listener) -> Connection:
        """Return an open connection."""
        ...


class RecorderDead(Unavailable):
    """The recorder has crashed: nothing is kept of what it still does."""

    code = "chaos.recorder_dead"


class Switchboard:
    """Knows the place of every connection that recorders make to ``exchange``.

    One is made at a time, so that the exchange's newest one is the one just made.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.on_sent: OnSent | None = None
        self._exchange = exchange
        self._one_at_a_time = asyncio.Lock()
        self._made: dict[asyncio.Task[Any] | None, int] = {}
        self._places: dict[int, Place] = {}

    @property
    def places(self) -> dict[int, Place]:
        """Where the connections that are open are recorded, by the exchange's numbers."""
        open_now = self._exchange.connections
        self._places = {n: place for n, place in self._places.items() if n in open_now}
        return self._places

    def connector(self, connect: Connector) -> Connector:
        """Return ``connect`` in such a way that its connections are noticed."""

        async def noticed(listener: Listener) -> Connection:
            async with self._one_at_a_time:
                before = set(self._exchange.connections)
                connection = await connect(listener)
                for number in set(self._exchange.connections) - before:
                    self._made[asyncio.current_task()] = number
                return connection

        return noticed

    def opened(self, place: Place) -> None:
        """Take in that the connection that the running task has made is recorded at ``place``."""
        number = self._made.pop(asyncio.current_task(), None)
        if number is not None:
            self._places[number] = place


class MortalCapture:
    """The capture of a recorder that can die: from then on it takes nothing."""

    def __init__(self, number: int, writer: CaptureWriter, switchboard: Switchboard) -> None:
        self.is_dead = False
        self._number = number
        self._writer = writer
        self._switchboard = switchboard

    def append(
        self, kind: Kind, payload: bytes, *, connection: int = 0, received_at: Nanos | None
    ) -> int:
        """Keep one record and return its offset.

        Raises:
            RecorderDead: It has died.
        """
        if self.is_dead:
            raise RecorderDead("the recorder has crashed")
        offset = self._writer.append(kind, payload, connection=connection, received_at=received_at)
        place = (self._number, connection)
        if kind is Kind.OPENED:
            self._switchboard.opened(place)
        elif kind is Kind.SENT and self._switchboard.on_sent is not None:
            self._switchboard.on_sent(place, payload)
        return offset

    def next_connection(self) -> int:
        """Return a connection number that was never used in this capture."""
        return self._writer.next_connection()
