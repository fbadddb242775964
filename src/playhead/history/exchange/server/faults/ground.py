"""What every fault stands on: who is connected, what they get, and the record of what was done."""

from collections.abc import Iterable, Mapping

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.history.exchange.server.connection import Connection
from playhead.history.exchange.server.faults.errors import InvalidFault, UnknownConnection
from playhead.history.exchange.server.faults.kinds import FaultKind
from playhead.history.exchange.server.faults.record import Injected, Pending
from playhead.history.exchange.server.faults.tampering import Tampering
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.subscription import Channel, Subscription
from playhead.history.exchange.simulated import Simulation


class Ground:
    """The exchange as its faults see it.

    ``log`` holds what has acted, oldest first. An entry is replaced while its fault goes on acting.
    """

    def __init__(
        self, simulation: Simulation, hub: Hub, connections: Mapping[int, Connection]
    ) -> None:
        self.log: list[Injected] = []
        self._simulation = simulation
        self._hub = hub
        self._connections = connections
        self._tamperings: dict[int, Tampering] = {}

    @property
    def pending(self) -> list[Pending]:
        """What waits for a frame that fits, and may still get one."""
        return [one for tampering in self._tamperings.values() for one in tampering.pending]

    def books_of(self, connection: int) -> list[int]:
        """Return the sids of the live subscriptions to books on a connection.

        Raises:
            UnknownConnection: There is no such connection.
        """
        held = self._connection(connection).session.subscriptions.values()
        return [one.sid for one in held if one.channel is Channel.BOOK]

    def forget(self, connection: int) -> None:
        """Let go of a connection that has ended."""
        self._tamperings.pop(connection, None)

    def _connection(self, number: int) -> Connection:
        try:
            return self._connections[number]
        except KeyError:
            raise UnknownConnection(f"there is no connection {number}", connection=number) from None

    def _subscription(self, connection: int, sid: int) -> Subscription:
        held = self._connection(connection).session.subscriptions.get(sid)
        if held is None:
            raise UnknownConnection(
                f"connection {connection} has no subscription {sid}", connection=connection, sid=sid
            )
        return held

    def _book(self, connection: int, sid: int) -> Subscription:
        held = self._subscription(connection, sid)
        if held.channel is not Channel.BOOK:
            raise UnknownConnection(
                f"subscription {sid} of connection {connection} is not one to books",
                connection=connection,
                sid=sid,
            )
        return held

    def _tampering(self, connection: int) -> Tampering:
        if connection not in self._tamperings:
            session = self._connection(connection).session
            self._tamperings[connection] = Tampering(session, self._simulation, self.log)
        return self._tamperings[connection]

    def _books_of(self, connections: Iterable[int]) -> tuple[str, ...]:
        # Every market whose book somebody on these connections gets, each once.
        books = (self._book(number, sid) for number in connections for sid in self.books_of(number))
        return tuple(dict.fromkeys(ticker for book in books for ticker in book.tickers or ()))

    def _record(
        self,
        kind: FaultKind,
        connection: int | None = None,
        sid: int | None = None,
        *,
        tickers: tuple[str, ...] = (),
        loses: bool = False,
        until: Micros | None = None,
    ) -> Injected:
        now = self._simulation.now
        injected = Injected(kind, now, connection, sid, tickers, loses, until)
        self.log.append(injected)
        return injected

    def _after(self, seconds: float) -> Micros:
        # Exchange time so many seconds from now.
        if not 0 < seconds <= 86_400:
            raise InvalidFault("seconds must be above 0 and at most a day", field="seconds")
        return Micros(self._simulation.now + round(seconds * MICROS_PER_SECOND))
