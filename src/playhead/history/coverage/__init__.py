"""The public record of what is known, what is not, why, and how it was checked."""

from playhead.history.coverage.causes import IS_GAP, is_gap
from playhead.history.coverage.clock import Clock, State
from playhead.history.coverage.context import Stories
from playhead.history.coverage.explain import (
    Absence,
    Explainer,
    Fault,
    Pause,
    Span,
    Story,
    explain,
)
from playhead.history.coverage.words import WORDS, Words, words_for

__all__ = [
    "IS_GAP",
    "WORDS",
    "Absence",
    "Clock",
    "Explainer",
    "Fault",
    "Pause",
    "Span",
    "State",
    "Stories",
    "Story",
    "Words",
    "explain",
    "is_gap",
    "words_for",
]
