"""An exchange that does not exist: seeded markets, crowds and a matching engine. Pure."""

from playhead.history.exchange.simulated.halts import SHARDS
from playhead.history.exchange.simulated.happenings import (
    BookChanged,
    EventCreated,
    Happening,
    LifecycleChanged,
    LifecycleKind,
    Quote,
    Quoted,
    Traded,
)
from playhead.history.exchange.simulated.listing import (
    EventListing,
    Listing,
    SeriesListing,
    Status,
)
from playhead.history.exchange.simulated.market import Market
from playhead.history.exchange.simulated.simulation import Simulation

__all__ = [
    "SHARDS",
    "BookChanged",
    "EventCreated",
    "EventListing",
    "Happening",
    "LifecycleChanged",
    "LifecycleKind",
    "Listing",
    "Market",
    "Quote",
    "Quoted",
    "SeriesListing",
    "Simulation",
    "Status",
    "Traded",
]
