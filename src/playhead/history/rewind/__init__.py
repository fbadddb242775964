"""The answers: a market's book at an instant, its changes over an interval."""

from playhead.history.rewind.errors import ChangesMoved, InstantInFuture
from playhead.history.rewind.model import (
    BookAnswer,
    BookAt,
    Certificate,
    ChangeAt,
    Clock,
    Coverage,
    Run,
    State,
)
from playhead.history.rewind.reader import Rewind

__all__ = [
    "BookAnswer",
    "BookAt",
    "Certificate",
    "ChangeAt",
    "ChangesMoved",
    "Clock",
    "Coverage",
    "InstantInFuture",
    "Rewind",
    "Run",
    "State",
]
