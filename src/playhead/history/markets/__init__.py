"""What is known of each market: its event, its times, its state."""

from playhead.history.markets.errors import MarketNotFound
from playhead.history.markets.model import Market, MarketStatus
from playhead.history.markets.repository import Markets

__all__ = ["Market", "MarketNotFound", "MarketStatus", "Markets"]
