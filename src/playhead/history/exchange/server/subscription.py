"""One channel on one connection: its number, its markets, its sequence."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol


class Channel(StrEnum):
    """The channels that a client may ask for. Those of its own account stay silent here."""

    BOOK = "orderbook_delta"
    TICKER = "ticker"
    TRADE = "trade"
    LIFECYCLE = "market_lifecycle_v2"
    COMBO_LIFECYCLE = "multivariate_market_lifecycle"
    FILL = "fill"
    POSITIONS = "market_positions"
    ORDERS = "user_orders"
    ORDER_GROUPS = "order_group_updates"
    COMMUNICATIONS = "communications"


BY_MARKET = frozenset(
    {Channel.BOOK, Channel.TICKER, Channel.TRADE, Channel.FILL, Channel.POSITIONS}
)
WITHOUT_SEQ = frozenset({Channel.TICKER, Channel.FILL, Channel.POSITIONS, Channel.ORDERS})


class Recipient(Protocol):
    """Who gets what is published to a subscription."""

    def deliver(self, subscription: "Subscription", kind: str, body: str, sent_ms: int) -> None:
        """Send one message of the subscription."""
        ...


class Subscription:
    """What a client gets of one channel. ``tickers`` is None where it gets every market."""

    def __init__(
        self,
        sid: int,
        channel: Channel,
        recipient: Recipient,
        *,
        is_filtered: bool,
        use_yes_price: bool,
    ) -> None:
        self.sid = sid
        self.channel = channel
        self.recipient = recipient
        self.use_yes_price = use_yes_price
        self.seq = 0
        self.is_over = False
        self.tickers: dict[str, None] | None = {} if is_filtered else None

    def next_seq(self) -> int:
        """Count one more message and return its number."""
        self.seq += 1
        return self.seq

    def has(self, ticker: str) -> bool:
        """Return whether it is live and gets this market."""
        return not self.is_over and (self.tickers is None or ticker in self.tickers)

    def add(self, tickers: Iterable[str]) -> list[str]:
        """Add markets and return the new ones; there are none if it gets every market."""
        if self.tickers is None:
            return []
        added = [ticker for ticker in tickers if ticker not in self.tickers]
        self.tickers |= dict.fromkeys(added)
        return added

    def remove(self, tickers: Iterable[str]) -> None:
        """Take markets away."""
        for ticker in tickers:
            if self.tickers is not None:
                self.tickers.pop(ticker, None)
