"""The exchange's protocol, served: WebSocket and REST over a simulated exchange."""

from playhead.history.exchange.server.exchange import Exchange
from playhead.history.exchange.server.faults import (
    FaultKind,
    Faults,
    Injected,
    InvalidFault,
    NothingFits,
    Pending,
    UnknownConnection,
)
from playhead.history.exchange.server.options import ExchangeOptions, InvalidOption
from playhead.history.exchange.server.running import (
    PortInUse,
    RunningExchange,
    running_exchange,
)

__all__ = [
    "Exchange",
    "ExchangeOptions",
    "FaultKind",
    "Faults",
    "Injected",
    "InvalidFault",
    "InvalidOption",
    "NothingFits",
    "Pending",
    "PortInUse",
    "RunningExchange",
    "UnknownConnection",
    "running_exchange",
]
