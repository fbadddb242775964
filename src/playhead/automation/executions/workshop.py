"""What attempts at executions are made with, and how far they go."""

from collections.abc import Callable
from dataclasses import dataclass

from playhead.automation.executions.costs import Costs
from playhead.automation.executions.ending import Closer
from playhead.automation.executions.ports import Models
from playhead.automation.timeline import Timeline
from playhead.base.time import Micros
from playhead.storage.tenants import Tenants


@dataclass(frozen=True, slots=True)
class Limits:
    """How far one attempt goes.

    Attributes:
        seconds: From asking the model to the end of its answer.
        output_bytes: Of the answer, in UTF-8.
        between_writes: Seconds between writes of what came so far; longer for long outputs.
        retry_seconds: Waits before the second attempt, the third and so on; the last one repeats.
        most_retry_seconds: The longest wait that a provider may ask for.
        commit_seconds: Waits before the end is written again, where the database could not.
    """

    seconds: float = 300.0
    output_bytes: int = 1024 * 1024
    between_writes: float = 0.25
    retry_seconds: tuple[int, ...] = (2, 15)
    most_retry_seconds: int = 600
    commit_seconds: tuple[float, ...] = (0.1, 0.5, 2.0, 5.0)

    def wait_before(self, attempt: int, asked: int | None) -> int:
        """Return the seconds to wait before the attempt after ``attempt``.

        Args:
            asked: What the provider asks to wait; None where it said nothing.
        """
        usual = self.retry_seconds[min(attempt, len(self.retry_seconds)) - 1]
        return usual if asked is None else min(max(asked, 1), self.most_retry_seconds)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every attempt uses.

    Attributes:
        timeline: Reads the recorded past for templates; None where there is none.
    """

    tenants: Tenants
    closer: Closer
    costs: Costs
    models: Models
    timeline: Timeline | None
    now: Callable[[], Micros]
    limits: Limits = Limits()
