"""Why a connection of a recording ended. The words are in captures: never change them."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What ended a connection."""

    DISCONNECT = "disconnect"
    """The exchange, or the way to it, ended it."""
    DEAD = "dead_connection"
    """It was open, and neither a frame nor a pong came, or nothing could be sent."""
    STALL = "stall"
    """It answered pings, and did not answer a command."""
    CHANNEL_ERROR = "channel_error"
    """The exchange ended some subscription and did not say which, because of a failure."""
    OVERFLOW = "overflow"
    """The same, because we did not read as fast as it sent."""
    LAG = "lag"
    """What it brought was old, for so long that only a new connection helps."""
    ERROR = "error"
    """The exchange refused what a recording needs, or the capture could not be written."""
    SHUTDOWN = "shutdown"
    """We stopped."""


@dataclass(frozen=True, slots=True)
class End:
    """How a connection ended: the cause, and its circumstances in words."""

    cause: Cause
    detail: str
