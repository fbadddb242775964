"""What the endpoints of executions stand on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from playhead.automation.executions.reading import ExecutionReader
from playhead.automation.executions.start import Starter
from playhead.automation.executions.statistics import StatisticsReader
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.jobs import JobBell, SilentBell
from playhead.storage.tenants import Tenants
from playhead.web.streaming import StreamSlots

MOST_WATCHERS = 64


@dataclass(frozen=True, slots=True)
class ExecutionDesk:
    """Where executions are started, watched, stopped and counted.

    Attributes:
        watchers: Who watches an execution holds one; it costs no connection while nothing happens.
    """

    tenants: Tenants
    starter: Starter
    reader: ExecutionReader
    statistics: StatisticsReader
    bell: JobBell
    new_id: Callable[[Micros], UUID] = new_uuid
    watchers: StreamSlots = field(default_factory=lambda: StreamSlots(MOST_WATCHERS))

    @classmethod
    def on(cls, tenants: Tenants, starter: Starter, bell: JobBell | None = None) -> "ExecutionDesk":
        """Return it over a database that is connected as the service role."""
        return cls(
            tenants,
            starter,
            ExecutionReader(tenants),
            StatisticsReader(tenants),
            bell or SilentBell(),
        )
