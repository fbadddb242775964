"""Faults of the exchange as a whole, and what it must know of them to answer."""

from collections.abc import Mapping

from playhead.base.time import Micros
from playhead.history.exchange.server.connection import Connection
from playhead.history.exchange.server.faults.errors import InvalidFault
from playhead.history.exchange.server.faults.ground import Ground
from playhead.history.exchange.server.faults.kinds import FaultKind
from playhead.history.exchange.server.faults.record import Injected
from playhead.history.exchange.server.hub import Hub
from playhead.history.exchange.simulated import SHARDS, Listing, Simulation

_BAD_GATEWAY, _UNAVAILABLE = 502, 503
_SERVER_ERRORS = range(500, 600)

Span = tuple[Micros, Micros]
"""From the first instant up to the second, exclusive."""


class VenueFaults(Ground):
    """They act at once and end by themselves. Seconds are those of exchange time."""

    def __init__(
        self, simulation: Simulation, hub: Hub, connections: Mapping[int, Connection]
    ) -> None:
        super().__init__(simulation, hub, connections)
        self.closures: list[Span] = []
        self._refused_until = simulation.now
        self._refusal = _BAD_GATEWAY
        self._listed_late: tuple[Micros, int] | None = None

    def refuse_upgrades(
        self, seconds: float, status: int = _BAD_GATEWAY, reset: bool = False
    ) -> Injected:
        """Answer every upgrade with ``status``; with ``reset``, those connected are cut off too.

        Raises:
            InvalidFault: The seconds are out of bounds, or the status is no error of a server.
        """
        if status not in _SERVER_ERRORS:
            raise InvalidFault("status must be between 500 and 599", field="status")
        self._refused_until, self._refusal = self._after(seconds), status
        return self._record_and_cut(FaultKind.REFUSE_UPGRADES, self._refused_until, everybody=reset)

    def pause(
        self, seconds: float, exchange_index: int | None = None, disconnects: bool = False
    ) -> Injected:
        """Let one shard stand still, or all of them; the status says so.

        Args:
            exchange_index: The shard; None for all.
            disconnects: Close the whole exchange: everybody is cut off, and gets 503 until the end.

        Raises:
            InvalidFault: The seconds are out of bounds, there is no such shard, or one shard alone
                is to disconnect everybody.
        """
        if exchange_index is not None and exchange_index not in range(len(SHARDS)):
            raise InvalidFault("there is no such shard", field="exchange_index")
        if disconnects and exchange_index is not None:
            raise InvalidFault("only a pause of every shard disconnects", field="disconnects")
        until = self._after(seconds)
        shards = range(len(SHARDS)) if exchange_index is None else [exchange_index]
        self._simulation.halt(until, shards)
        if disconnects:
            self.closures.append((self._simulation.now, until))
        return self._record_and_cut(FaultKind.PAUSE, until, everybody=disconnects)

    def late_listing(self, seconds: float) -> Injected:
        """Let markets created from now on be found by REST only ``seconds`` after their creation.

        It lasts until it is called again; with zero seconds, markets are found at once, as ever.

        Raises:
            InvalidFault: The seconds are out of bounds.
        """
        if seconds == 0:
            self._listed_late = None
        else:
            lag = self._after(seconds) - self._simulation.now
            self._listed_late = (self._simulation.now, lag)
        return self._record(FaultKind.LATE_LISTING)

    # -- what the server asks -------------------------------------------------------------------

    @property
    def closed_until(self) -> Micros | None:
        """When the exchange, closed as a whole, opens again; None while it is open."""
        ends = [end for _, end in self.closures if self._simulation.now < end]
        return max(ends, default=None)

    @property
    def upgrade_refusal(self) -> int | None:
        """The status that an upgrade gets now; None if it is accepted."""
        if self.closed_until is not None:
            return _UNAVAILABLE
        return self._refusal if self._simulation.now < self._refused_until else None

    def shows(self, listing: Listing) -> bool:
        """Return whether REST knows the market yet."""
        if self._listed_late is None:
            return True
        since, lag = self._listed_late
        return listing.created_at <= since or listing.created_at + lag <= self._simulation.now

    def _record_and_cut(self, kind: FaultKind, until: Micros, *, everybody: bool) -> Injected:
        cut = tuple(self._connections) if everybody else ()
        loses = any(self.books_of(number) for number in cut)
        injected = self._record(kind, tickers=self._books_of(cut), loses=loses, until=until)
        for number in cut:
            self._connections[number].reset()
        return injected
