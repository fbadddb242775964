"""The recorded past and the head of the tape, as automation sees them: values and a port.

Prices are integers of micro-dollars, sizes of 0.01 contract, times UTC microseconds by the
recorder's clock unless they say otherwise. Nothing here reads: the adapter is wired elsewhere.
"""

from playhead.automation.timeline.errors import IntervalInvalid, MarketUnknown
from playhead.automation.timeline.model import (
    DOLLAR,
    BookNow,
    Candle,
    CandleInterval,
    Level,
    MarketNow,
    Selector,
    TradeNow,
)
from playhead.automation.timeline.moments import (
    BookChanged,
    BookClosed,
    BookOpened,
    BookSide,
    Moment,
    StatusChanged,
    Traded,
)
from playhead.automation.timeline.port import Feed, Gap, Place, Timeline

__all__ = [
    "DOLLAR",
    "BookChanged",
    "BookClosed",
    "BookNow",
    "BookOpened",
    "BookSide",
    "Candle",
    "CandleInterval",
    "Feed",
    "Gap",
    "IntervalInvalid",
    "Level",
    "MarketNow",
    "MarketUnknown",
    "Moment",
    "Place",
    "Selector",
    "StatusChanged",
    "Timeline",
    "TradeNow",
    "Traded",
]
