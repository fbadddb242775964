"""What can be wrong with a question about the past."""

from playhead.base.errors import Conflict, Invalid
from playhead.base.time import Micros, format_instant


class InstantInFuture(Invalid):
    """The instant has not come yet, so nobody can know the book at it."""

    code = "book.in_future"

    def __init__(self, *, at: Micros, now: Micros, field: str = "at") -> None:
        super().__init__(
            f"{format_instant(at)} is in the future: it is {format_instant(now)} now",
            field=field,
            at=format_instant(at),
            now=format_instant(now),
        )


class ChangesMoved(Conflict):
    """What was being read is no longer there: rebuilt, or withdrawn because it was wrong."""

    code = "changes.moved"

    def __init__(self) -> None:
        super().__init__("the recording of this interval changed meanwhile: start again")
