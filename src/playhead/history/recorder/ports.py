"""What a recorder needs from others."""

from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

from playhead.base.time import Nanos
from playhead.history.capture import Kind
from playhead.history.kalshi import Connection, Listener, MarketLifecycle


class Capture(Protocol):
    """Where everything goes first. Appending is quick and never waits for the disk."""

    def append(
        self, kind: Kind, payload: bytes, *, connection: int = 0, received_at: Nanos | None
    ) -> int:
        """Keep one record and return its offset.

        Raises:
            PlayheadError: It cannot be kept; the disk is full, say.
        """

    def next_connection(self) -> int:
        """Return a connection number that was never used in this capture."""


class Markets(Protocol):
    """Where the open markets are listed."""

    def market_pages(self, **filters: str | int) -> AsyncIterator[list[dict[str, Any]]]:
        """Return all markets that pass ``filters``, page by page."""


class Connector(Protocol):
    """Opens connections to the exchange."""

    async def __call__(self, listener: Listener) -> Connection:
        """Return an open connection.

        Raises:
            Refused: The exchange does not accept our key.
            ExchangeUnavailable: It cannot be reached.
        """


class Ears(Protocol):
    """Who hears what a connection says about markets rather than about books."""

    def heard(self, lifecycle: MarketLifecycle) -> None:
        """Something happened to a market."""

    def missed(self) -> None:
        """Something may have happened to some market, and nobody heard what."""


Clock = Callable[[], Nanos]
