"""What a recorder needs from others."""

from collections.abc import AsyncIterator, Callable, Sequence
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


class Rest(Protocol):
    """The exchange's other door: asked one thing at a time. All of it raises PlayheadError."""

    def market_pages(self, **filters: str | int) -> AsyncIterator[list[dict[str, Any]]]:
        """Return all markets that pass ``filters``, page by page."""

    async def orderbooks(self, tickers: Sequence[str]) -> object:
        """Return the books of up to ``MOST_BOOKS`` markets."""

    async def exchange_status(self) -> object:
        """Return whether the exchange is open."""

    async def exchange_schedule(self) -> object:
        """Return when the exchange will not be open."""


class Connector(Protocol):
    """Opens connections to the exchange."""

    async def __call__(self, listener: Listener) -> Connection:
        """Return an open connection.

        Raises:
            Refused: The exchange does not accept our key.
            ExchangeUnavailable: It cannot be reached.
        """


class Ears(Protocol):
    """Who hears what a connection says of the exchange rather than of books."""

    def heard(self, lifecycle: MarketLifecycle) -> None:
        """Something happened to a market."""

    def missed(self) -> None:
        """Something may have happened to some market, and nobody heard what."""

    def ended(self) -> None:
        """The connection has ended."""


Clock = Callable[[], Nanos]
