"""Faults of subscriptions and connections as a whole: they act at once."""

from collections.abc import Mapping

from playhead.base.time import Micros
from playhead.history.exchange.server.commands import Refusal
from playhead.history.exchange.server.connection import Connection
from playhead.history.exchange.server.faults.ground import Ground
from playhead.history.exchange.server.faults.kinds import FaultKind
from playhead.history.exchange.server.faults.record import Injected
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.server.subscription import Channel
from playhead.history.exchange.simulated import Simulation


class StreamFaults(Ground):
    """All raise ``UnknownConnection`` where there is no such connection or subscription."""

    def __init__(
        self, simulation: Simulation, hub: Hub, connections: Mapping[int, Connection]
    ) -> None:
        super().__init__(simulation, hub, connections)
        self._held_until: dict[int, Micros] = {}

    # -- of a subscription ----------------------------------------------------------------------

    def sequence_restart(self, connection: int, sid: int) -> Injected:
        """Let the next frame of a live subscription have the number 1 again."""
        self._subscription(connection, sid).seq = 0
        return self._record(FaultKind.SEQUENCE_RESTART, connection, sid)

    def error_10(self, connection: int, sid: int) -> Injected:
        """End the subscription with a channel error."""
        return self._end(FaultKind.ERROR_10, connection, sid, Refusal.CHANNEL_ERROR)

    def error_25(self, connection: int, sid: int) -> Injected:
        """End the subscription as if its buffer had overflowed."""
        return self._end(FaultKind.ERROR_25, connection, sid, Refusal.BUFFER_OVERFLOW)

    def freeze(self, connection: int, sid: int) -> Injected:
        """Swallow everything of the subscription, replies and numbers included, for good.

        Pings and the other subscriptions go on. It lasts as long as the connection.
        """
        injected = self._record_all_of(FaultKind.FREEZE, connection, sid)
        self._tampering(connection).freeze(sid)
        return injected

    def _end(self, kind: FaultKind, connection: int, sid: int, refusal: Refusal) -> Injected:
        injected = self._record_all_of(kind, connection, sid)
        held = self._subscription(connection, sid)
        self._connection(connection).session.end_with(held, refusal)
        return injected

    def _record_all_of(self, kind: FaultKind, connection: int, sid: int) -> Injected:
        held = self._subscription(connection, sid)
        tickers = tuple(held.tickers or ())
        loses = held.channel is Channel.BOOK
        return self._record(kind, connection, sid, tickers=tickers, loses=loses)

    # -- of a connection ------------------------------------------------------------------------

    def black_hole(self, connection: int) -> Injected:
        """Read and write nothing any more; the TCP connection stays until the client leaves."""
        injected = self._record_loss(FaultKind.BLACK_HOLE, connection)
        self._tampering(connection).swallow_all()
        self._connection(connection).black_hole()
        return injected

    def delay(self, connection: int, seconds: float) -> Injected:
        """Hold frames back for so many seconds of exchange time, then send them all at once.

        Each keeps its ``sending_ts_ms``. No more wait than for any slow reader: see the option
        ``most_buffered``.

        Raises:
            InvalidFault: The seconds are out of bounds.
        """
        held, until = self._connection(connection), self._after(seconds)
        held.hold_back()
        self._held_until[connection] = max(until, self._held_until.get(connection, until))
        tickers = self._books_of([connection])
        return self._record(FaultKind.DELAY, connection, tickers=tickers, until=until)

    def reset(self, connection: int) -> Injected:
        """Reset the TCP connection, without a closing handshake."""
        injected = self._record_loss(FaultKind.RESET, connection)
        self._connection(connection).reset()
        return injected

    def close_1001(self, connection: int) -> Injected:
        """Close the connection as a server that goes away."""
        return self._close(FaultKind.CLOSE_1001, connection, 1001)

    def close_1008(self, connection: int) -> Injected:
        """Close the connection as one that broke a rule."""
        return self._close(FaultKind.CLOSE_1008, connection, 1008)

    def release_due(self) -> None:
        """Let go of the connections that were held back long enough."""
        due = [one for one, end in self._held_until.items() if end <= self._simulation.now]
        for number in due:
            del self._held_until[number]
            self._connection(number).let_go()

    def forget(self, connection: int) -> None:
        """Let go of a connection that has ended."""
        super().forget(connection)
        self._held_until.pop(connection, None)

    def _close(self, kind: FaultKind, connection: int, code: int) -> Injected:
        injected = self._record_loss(kind, connection)
        self._connection(connection).close(code)
        return injected

    def _record_loss(self, kind: FaultKind, connection: int) -> Injected:
        loses = bool(self.books_of(connection))
        return self._record(kind, connection, tickers=self._books_of([connection]), loses=loses)
