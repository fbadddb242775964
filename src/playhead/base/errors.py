"""The eight kinds of error. A feature subclasses one and gives it a dotted ``code``."""

from typing import ClassVar


class PlayheadError(Exception):
    """What every deliberate error of Playhead is.

    Keyword arguments become ``fields``: facts about this occurrence, fit for a client to read.
    ``field`` names the input at fault, where there is one.
    """

    code: ClassVar[str] = "internal"

    def __init__(self, message: str, *, field: str | None = None, **fields: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.fields = fields


class Invalid(PlayheadError):
    """The request cannot be understood or is out of bounds; repeating it will not help."""

    code = "invalid"


class Unauthenticated(PlayheadError):
    """Nobody, or nobody we know, is asking."""

    code = "unauthenticated"


class Forbidden(PlayheadError):
    """The caller is known and may not do this."""

    code = "forbidden"


class NotFound(PlayheadError):
    """The named thing does not exist, or not for this caller."""

    code = "not_found"


class Conflict(PlayheadError):
    """The state of things does not allow this now."""

    code = "conflict"


class LimitReached(PlayheadError):
    """A limit of rate, size or plan was reached."""

    code = "limit_reached"


class Incomplete(PlayheadError):
    """The recording does not cover what was asked."""

    code = "incomplete"


class Unavailable(PlayheadError):
    """A part that is needed is down; the same request may succeed later."""

    code = "unavailable"
