"""What can be wrong with a question about the record."""

from playhead.base.errors import Invalid, NotFound
from playhead.base.time import Micros, format_instant


class IntervalEmpty(Invalid):
    """``to`` is not later than ``from``; the interval is `[from, to)`."""

    code = "coverage.empty_interval"

    def __init__(self) -> None:
        super().__init__("to must be later than from: the interval is [from, to)", field="to")


class IntervalInFuture(Invalid):
    """The interval starts later than now, so nothing of it can be known."""

    code = "coverage.in_future"

    def __init__(self, *, at: Micros, now: Micros) -> None:
        super().__init__(
            f"{format_instant(at)} is in the future: it is {format_instant(now)} now",
            field="from",
            at=format_instant(at),
            now=format_instant(now),
        )


class ParameterMisplaced(Invalid):
    """A parameter was sent with another one, or without one, that it has no meaning with."""

    code = "coverage.parameter_misplaced"

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field} {rule}", field=field)


class AuditNotFound(NotFound):
    """No audit has this id."""

    code = "audit.not_found"

    def __init__(self, audit_id: str) -> None:
        super().__init__(f"there is no audit {audit_id}", id=audit_id)
