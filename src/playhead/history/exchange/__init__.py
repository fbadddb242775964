"""A server that speaks the exchange's protocol, and the simulated exchange behind it.

The server reads and writes the wire by itself and shares nothing with ``history.kalshi``, so that a
misreading of the protocol there cannot hide behind the same misreading here.
"""

from playhead.history.exchange.server import (
    Exchange,
    ExchangeOptions,
    FaultKind,
    Faults,
    Injected,
    InvalidFault,
    InvalidOption,
    NothingFits,
    Pending,
    PortInUse,
    RunningExchange,
    UnknownConnection,
    running_exchange,
)
from playhead.history.exchange.simulated import Simulation

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
    "Simulation",
    "UnknownConnection",
    "running_exchange",
]
