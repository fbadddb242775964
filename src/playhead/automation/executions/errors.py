"""What can go wrong with executions."""

from uuid import UUID

from playhead.automation.executions.model import EXECUTION_PREFIX, ExecutionStatus
from playhead.base.errors import Conflict, Invalid, LimitReached, NotFound
from playhead.base.ids import format_id
from playhead.base.time import Micros, format_instant


class ExecutionNotFound(NotFound):
    """The organisation has no such execution."""

    code = "execution.not_found"

    def __init__(self, execution_id: UUID) -> None:
        super().__init__(f"there is no execution {format_id(EXECUTION_PREFIX, execution_id)}")


class AtInFuture(Invalid):
    """The instant that a template is to look at has not come yet."""

    code = "execution.at_in_future"

    def __init__(self, at: Micros, now: Micros) -> None:
        super().__init__(
            f"{format_instant(at)} has not come yet: it is {format_instant(now)}", field="at"
        )


class CannotCancel(Conflict):
    """The execution has ended already."""

    code = "execution.cannot_cancel"

    def __init__(self, status: ExecutionStatus) -> None:
        super().__init__(f"the execution is {status} already", status=status.value)


class CannotRetry(Conflict):
    """Only an execution that failed or was cancelled can be started again."""

    code = "execution.cannot_retry"

    def __init__(self, status: ExecutionStatus) -> None:
        super().__init__(
            f"the execution is {status}: only one that failed or was cancelled can be retried",
            status=status.value,
        )


class OutputTooLarge(LimitReached):
    """The model's answer has more bytes than an execution keeps; what came before is kept."""

    code = "execution.output_too_large"

    def __init__(self, most_bytes: int) -> None:
        super().__init__(
            f"an output has {most_bytes} bytes at most; what came until then is kept",
            most_bytes=most_bytes,
        )


class TimedOut(LimitReached):
    """The execution took longer than one attempt may; what came before is kept."""

    code = "execution.timed_out"

    def __init__(self, seconds: float) -> None:
        super().__init__(f"an attempt may take {seconds:g} seconds", seconds=seconds)


class ExecutionCrashed(Conflict):
    """The workers that ran the execution died, as often as it may be tried."""

    code = "execution.crashed"


class IntervalEmpty(Invalid):
    """The interval ends before it begins."""

    code = "execution.interval_empty"

    def __init__(self) -> None:
        super().__init__("date_from must be before date_to", field="date_to")
