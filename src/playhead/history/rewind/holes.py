"""What is unknown between what is known, and why. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.history.coverage import Absence, Explainer
from playhead.history.rewind.model import Run
from playhead.history.rewind.telling import unknown
from playhead.history.tape import Piece


@dataclass(frozen=True, slots=True)
class Hole:
    """What is unknown of `[since, until)`.

    Attributes:
        last: The last proven instant before it, where there is one.
        following: The first proven instant after it, where there is one.
    """

    since: Micros
    until: Micros
    last: Micros | None
    following: Micros | None

    def absences(self, explainer: Explainer) -> Iterator[Absence]:
        """Give the causes that hold in it, each with its own bounds, in order."""
        whole_since = None if self.last is None else Micros(self.last + 1)
        for absence in explainer.explain(whole_since, self.following):
            is_over = absence.until is not None and absence.until <= self.since
            is_later = absence.since is not None and absence.since >= self.until
            if not (is_over or is_later):
                yield absence

    def runs(self, explainer: Explainer) -> Iterator[Run]:
        """Give a run for each cause; together they are `[since, until)` exactly."""
        for absence in self.absences(explainer):
            since = self.since if absence.since is None else max(self.since, absence.since)
            until = self.until if absence.until is None else min(self.until, absence.until)
            yield Run(unknown(absence), since, until, None, ())


def holes_between(
    pieces: Sequence[Piece],
    since: Micros,
    until: Micros,
    *,
    last: Micros | None,
    following: Micros | None,
) -> list[Hole]:
    """Return what ``pieces`` leave of `[since, until)`, in order.

    Args:
        pieces: In order, within `[since, until)`.
        since: Inclusive.
        until: Exclusive.
        last: The last proven instant before ``since``, where there is one.
        following: The first proven instant from ``until`` on, where there is one.
    """
    ends = [since, *(piece.until for piece in pieces)]
    starts = [*(piece.since for piece in pieces), until]
    return [
        Hole(
            end,
            start,
            last if end == since else Micros(end - 1),
            following if start == until else start,
        )
        for end, start in zip(ends, starts, strict=True)
        if end < start
    ]
