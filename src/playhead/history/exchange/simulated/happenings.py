"""What the simulated exchange tells the world, in order. Times are exchange time."""

from enum import StrEnum

from msgspec import Struct

from playhead.base.time import Micros
from playhead.history.books import Price, Side, Size
from playhead.history.exchange.simulated.listing import EventListing, Listing


class LifecycleKind(StrEnum):
    """What can happen to a market, in the exchange's words."""

    CREATED = "created"
    ACTIVATED = "activated"
    DEACTIVATED = "deactivated"
    CLOSE_DATE_UPDATED = "close_date_updated"
    DETERMINED = "determined"
    SETTLED = "settled"
    PRICE_LEVEL_STRUCTURE_UPDATED = "price_level_structure_updated"
    METADATA_UPDATED = "metadata_updated"


class BookChanged(Struct, frozen=True, gc=False):
    """The size that rests at one price of one side changed by ``size``."""

    at: Micros
    ticker: str
    side: Side
    price: Price
    size: Size


class Traded(Struct, frozen=True, gc=False):
    """A taker met a resting order. ``number`` counts the trades of the whole exchange."""

    at: Micros
    ticker: str
    number: int
    trade_id: str
    taker_side: Side
    yes_price: Price
    size: Size


class Quote(Struct, frozen=True, gc=False):
    """The top of a market's book and its totals. An empty side: bid 0, ask a dollar, size 0."""

    last_price: Price
    yes_bid: Price
    yes_ask: Price
    yes_bid_size: Size
    yes_ask_size: Size
    last_size: Size
    volume: Size
    open_interest: Size


class Quoted(Struct, frozen=True, gc=False):
    """A market's top of book or totals changed; at most one a second for a market."""

    at: Micros
    ticker: str
    quote: Quote


class LifecycleChanged(Struct, frozen=True, gc=False):
    """A market was created, paused, resumed, moved, determined or settled."""

    at: Micros
    kind: LifecycleKind
    listing: Listing


class EventCreated(Struct, frozen=True, gc=False):
    """A new event was listed; its markets follow."""

    at: Micros
    event: EventListing


Happening = BookChanged | Traded | Quoted | LifecycleChanged | EventCreated
