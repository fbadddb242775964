"""One market's past as stretches that are either proven or unknown. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.history.coverage.clock import State
from playhead.history.coverage.explain import Absence, Explainer, Story
from playhead.history.tape import Interval, Piece

_END = Micros(1 << 62)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch `[since, until)` that one interval proves, or that is unknown for one cause.

    Attributes:
        interval: What proves it; None when unknown.
        absence: Why it is unknown; None when proven.
    """

    since: Micros
    until: Micros
    interval: Interval | None = None
    absence: Absence | None = None

    @property
    def state(self) -> State:
        """Whether it is proven."""
        return State.UNKNOWN if self.interval is None else State.PROVEN

    @property
    def is_gap(self) -> bool:
        """Whether it should be known and is not."""
        return self.absence is not None and self.absence.is_gap


@dataclass(frozen=True, slots=True)
class Timeline:
    """Parts in order, which fill an interval without a hole.

    Attributes:
        proven: Microseconds that are proven, of those in which the market traded.
        gap: Microseconds that should be proven and are not.
    """

    parts: Sequence[Part]
    proven: int
    gap: int


def timeline_of(pieces: Sequence[Piece], story: Story, since: Micros, until: Micros) -> Timeline:
    """Return what is known of `[since, until)`.

    Args:
        pieces: What is proven, in order and apart.
        story: What explains the rest.
        since: Inclusive.
        until: Exclusive.
    """
    explainer = Explainer(story)
    parts: list[Part] = []
    reached = since
    for piece in pieces:
        parts += _absences(explainer, reached, piece.since)
        parts.append(Part(piece.since, piece.until, interval=piece.stretch.interval))
        reached = piece.until
    parts += _absences(explainer, reached, until)
    proven = sum(each.until - each.since for each in parts if each.interval is not None)
    idle = sum(_overlap(pieces, *each) for each in _idle(story))
    gap = sum(each.until - each.since for each in parts if each.is_gap)
    return Timeline(parts, proven - idle, gap)


def _absences(explainer: Explainer, since: Micros, until: Micros) -> list[Part]:
    if since == until:
        return []
    return [
        Part(_known(each.since, since), _known(each.until, until), absence=each)
        for each in explainer.explain(since, until)
    ]


def _known(edge: Micros | None, instead: Micros) -> Micros:
    return instead if edge is None else edge


def _idle(story: Story) -> list[tuple[Micros, Micros]]:
    """Return the stretches in which the market did not trade, in order and apart."""
    found: list[tuple[Micros, Micros]] = [
        (pause.since, _END if pause.until is None else pause.until) for pause in story.pauses
    ]
    if story.open_at is not None:
        found.append((Micros(-_END), story.open_at))
    if story.close_at is not None:
        found.append((story.close_at, _END))
    return _merged(found)


def _merged(stretches: Iterable[tuple[Micros, Micros]]) -> list[tuple[Micros, Micros]]:
    merged: list[tuple[Micros, Micros]] = []
    for since, until in sorted(stretches):
        if merged and since <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(until, merged[-1][1])
        else:
            merged.append((since, until))
    return merged


def _overlap(pieces: Iterable[Piece], since: Micros, until: Micros) -> int:
    """Return how much of ``pieces`` lies in `[since, until)`."""
    return sum(max(0, min(piece.until, until) - max(piece.since, since)) for piece in pieces)
