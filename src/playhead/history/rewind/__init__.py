"""The answers: a market's book at an instant, its changes over an interval."""

from playhead.history.rewind.errors import InstantInFuture
from playhead.history.rewind.model import (
    BookAnswer,
    BookAt,
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
    "ChangeAt",
    "Clock",
    "Coverage",
    "InstantInFuture",
    "Rewind",
    "Run",
    "State",
]
