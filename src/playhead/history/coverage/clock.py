"""Which clock a question is on, and the two states that knowledge has."""

from enum import StrEnum


class Clock(StrEnum):
    """Which time a question is about."""

    RECEIVED = "received"
    """When our recorder read the message from the socket."""
    EXCHANGE = "exchange"
    """When the exchange says that it happened, where it said so."""


class State(StrEnum):
    """Whether the answer can be relied on. There is nothing in between."""

    PROVEN = "proven"
    UNKNOWN = "unknown"
