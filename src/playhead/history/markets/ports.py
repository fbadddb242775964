"""What the market endpoints and commands read from."""

from typing import Protocol

from playhead.history.markets.model import Market, MarketStatus


class MarketReader(Protocol):
    """The markets that some recording here has seen."""

    async def find(self, ticker: str) -> Market:
        """Return the market; raise MarketNotFound if there is none of this ticker."""
        ...

    async def list(
        self,
        *,
        status: MarketStatus | None,
        event: str | None,
        search: str | None,
        after: str | None,
        limit: int,
    ) -> list[Market]:
        """Return at most ``limit`` markets by ticker, from the first one past ``after``."""
        ...

    async def count(
        self, *, status: MarketStatus | None, event: str | None, search: str | None
    ) -> int:
        """Return how many markets pass the same filters."""
        ...
