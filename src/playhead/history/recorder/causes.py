"""Why a connection of a recording ended. The words are in captures: never change them."""

from dataclasses import dataclass
from enum import StrEnum


class Cause(StrEnum):
    """What ended a connection."""

    DISCONNECT = "disconnect"
    """The exchange, or the way to it, ended it."""
    STALL = "stall"
    """It was open and nothing came, or a command was not answered."""
    ERROR = "error"
    """The exchange refused what a recording needs, or the capture could not be written."""
    SHUTDOWN = "shutdown"
    """We stopped."""


@dataclass(frozen=True, slots=True)
class End:
    """How a connection ended: the cause, and its circumstances in words."""

    cause: Cause
    detail: str
