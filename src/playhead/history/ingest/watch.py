"""A book while it is compared with what REST says of it. Pure."""

from dataclasses import dataclass, field

from playhead.base.time import Micros

Request = tuple[str, str]


@dataclass(slots=True)
class Watch:
    """One market while a REST book is awaited or compared: the book at the request, and changes.

    ``said`` is the REST book once it is there; ``due`` is when the watch ends.
    """

    request: Request
    asked_at: Micros | None
    position: int
    start: dict[int, int]
    due: Micros | None
    changes: list[tuple[int, int, int]] = field(default_factory=list)
    said: dict[int, int] | None = None
    answered_at: Micros | None = None
    offset: int = 0

    def agreed_at(self, said: dict[int, int]) -> int | None:
        """Return the position of the first moment at which the book was ``said``, if it was."""
        if self.start == said:
            return self.position
        levels = dict(self.start)
        for position, code, change in self.changes:
            size = levels.get(code, 0) + change
            if size:
                levels[code] = size
            else:
                levels.pop(code, None)
            if levels == said:
                return position
        return None
