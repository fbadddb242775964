"""Everything that can go wrong between an exchange and its clients, on demand and on record."""

from playhead.history.exchange.server.faults.errors import (
    InvalidFault,
    NothingFits,
    UnknownConnection,
)
from playhead.history.exchange.server.faults.faults import Faults
from playhead.history.exchange.server.faults.kinds import FaultKind
from playhead.history.exchange.server.faults.record import Injected, Pending

__all__ = [
    "FaultKind",
    "Faults",
    "Injected",
    "InvalidFault",
    "NothingFits",
    "Pending",
    "UnknownConnection",
]
