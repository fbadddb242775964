"""What the exchange says on its WebSocket, as exact values, whatever its generation.

Times are UTC microseconds, prices micro-dollars, sizes hundredths of a contract. ``seq`` and
``sid`` are None where the exchange sends none (``ticker`` has no ``seq``, ``subscribed`` neither).

Source: Kalshi's AsyncAPI document of September 2026 and public captures of 2023 to 2026.
"""

from enum import StrEnum

from msgspec import Struct

from playhead.base.time import Micros
from playhead.history.books import Price, Side, Size

Levels = tuple[tuple[Price, Size], ...]


class Message(Struct, frozen=True, gc=False, kw_only=True):
    """The part that every message of the exchange shares.

    ``sent_at`` is ``sending_ts_ms``: when the exchange queued the message to the network.
    """

    sid: int | None = None
    seq: int | None = None
    id: int | None = None
    sent_at: Micros | None = None


class BookSnapshot(Message, frozen=True, gc=False, kw_only=True):
    """A whole book. Levels are as sent (ascending price); an absent side is an empty one."""

    market_ticker: str
    yes: Levels = ()
    no: Levels = ()
    exchange_at: Micros | None = None


class BookDelta(Message, frozen=True, gc=False, kw_only=True):
    """A change of the size that rests at one price of one side (the side's own price)."""

    market_ticker: str
    side: Side
    price: Price
    change: Size
    exchange_at: Micros | None = None


class Trade(Message, frozen=True, gc=False, kw_only=True):
    """One match. ``taker_side`` is the outcome that the taker bought."""

    trade_id: str
    market_ticker: str
    yes_price: Price
    no_price: Price
    count: Size
    taker_side: Side | None = None
    is_block_trade: bool = False
    exchange_at: Micros | None = None


class Ticker(Message, frozen=True, gc=False, kw_only=True):
    """A market's top of book and totals, conflated by the exchange."""

    market_ticker: str
    last_price: Price | None = None
    yes_bid: Price | None = None
    yes_ask: Price | None = None
    volume: Size | None = None
    open_interest: Size | None = None
    exchange_at: Micros | None = None


class LifecycleEvent(StrEnum):
    """What happened to a market. ``OTHER`` stands for a word that we do not know yet."""

    CREATED = "created"
    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"
    CLOSE_DATE_UPDATED = "close_date_updated"
    DETERMINED = "determined"
    SETTLED = "settled"
    PRICE_LEVEL_STRUCTURE_UPDATED = "price_level_structure_updated"
    METADATA_UPDATED = "metadata_updated"
    OTHER = "other"


class MarketLifecycle(Message, frozen=True, gc=False, kw_only=True):
    """A market was created, paused, resumed, determined, settled or changed.

    There is no message for the opening and the closing of a market: those come from the clock.
    ``price_ranges`` holds (start, end, step) in micro-dollars.
    """

    market_ticker: str
    event: LifecycleEvent
    event_ticker: str | None = None
    title: str | None = None
    open_at: Micros | None = None
    close_at: Micros | None = None
    determined_at: Micros | None = None
    settled_at: Micros | None = None
    result: str | None = None
    settlement_value: Price | None = None
    price_level_structure: str | None = None
    price_ranges: tuple[tuple[Price, Price, Price], ...] = ()
    is_combo: bool = False


class EventLifecycle(Message, frozen=True, gc=False, kw_only=True):
    """An event (a group of markets) was created."""

    event_ticker: str
    series_ticker: str | None = None
    title: str | None = None


class Subscribed(Message, frozen=True, gc=False, kw_only=True):
    """A new subscription. ``sid`` is the one inside ``msg``; it takes no ``seq``."""

    channel: str


class Acknowledged(Message, frozen=True, gc=False, kw_only=True):
    """An ``ok``. ``tickers`` is None when the exchange left the list out.

    ``subscriptions`` is filled only by the answer to ``list_subscriptions``.
    """

    tickers: tuple[str, ...] | None = None
    subscriptions: tuple[tuple[str, int], ...] = ()


class Unsubscribed(Message, frozen=True, gc=False, kw_only=True):
    """The subscription ``sid`` has ended at our request."""


class ErrorReply(Message, frozen=True, gc=False, kw_only=True):
    """The exchange refused a command, or ended a subscription (codes 10 and 25)."""

    code: int
    text: str = ""
    market_ticker: str | None = None

    @property
    def ends_subscription(self) -> bool:
        """Whether nothing more will arrive on ``sid``."""
        return self.code in (10, 25) and self.sid is not None

    @property
    def ends_some_subscription(self) -> bool:
        """Whether nothing more will arrive on a subscription, and it does not say on which."""
        return self.code in (10, 25) and self.sid is None and self.id is None


class Unknown(Message, frozen=True, gc=False, kw_only=True):
    """A well-formed message of a type that we do not read: kept and counted."""

    type: str


class Unparsable(Message, frozen=True, gc=False, kw_only=True):
    """A frame that is torn, not JSON, or lacks what its type must hold."""

    reason: str
