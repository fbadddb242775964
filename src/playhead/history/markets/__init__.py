"""What is known of each market: its event, its times, its state."""

from playhead.history.markets.errors import MarketNotFound
from playhead.history.markets.model import Market, MarketStatus

__all__ = ["Market", "MarketNotFound", "MarketStatus"]
