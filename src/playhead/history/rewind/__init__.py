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

__all__ = [
    "BookAnswer",
    "BookAt",
    "ChangeAt",
    "Clock",
    "Coverage",
    "InstantInFuture",
    "Run",
    "State",
]
