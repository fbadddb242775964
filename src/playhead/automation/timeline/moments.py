"""What happens on the tape, one thing after another.

Of one market they come in order. Where several recorders tell of a market only one is followed.
"""

from dataclasses import dataclass
from typing import Literal

from playhead.automation.timeline.model import Level
from playhead.base.time import Micros

BookSide = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class BookOpened:
    """The book is known from here: whole, after the event at ``position``.

    Attributes:
        yes, no: Resting bids in any order.
        from_position: Names the interval that proves it.
    """

    ticker: str
    position: int
    received_at: Micros
    exchange_at: Micros | None
    yes: tuple[Level, ...]
    no: tuple[Level, ...]
    from_position: int


@dataclass(frozen=True, slots=True)
class BookChanged:
    """``delta`` more (negative: less) is bid on ``side`` at ``price``."""

    ticker: str
    position: int
    received_at: Micros
    exchange_at: Micros | None
    side: BookSide
    price: int
    delta: int


@dataclass(frozen=True, slots=True)
class BookClosed:
    """Nothing is known from here on, because of ``cause``; ``position`` is the last good one."""

    ticker: str
    position: int
    received_at: Micros
    cause: str


@dataclass(frozen=True, slots=True)
class Traded:
    """A trade, after everything of the book that was received no later."""

    ticker: str
    trade_id: str
    received_at: Micros
    exchange_at: Micros | None
    yes_price: int
    size: int
    taker_side: BookSide | None
    is_block: bool


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """The exchange said that the market's status is another now."""

    ticker: str
    received_at: Micros
    exchange_at: Micros | None
    status: str


Moment = BookOpened | BookChanged | BookClosed | Traded | StatusChanged
