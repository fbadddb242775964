"""Wait until an execution has ended, without holding a connection meanwhile."""

import asyncio
from uuid import UUID

from playhead.automation.executions.model import ExecutionStatus
from playhead.automation.executions.reading import ExecutionReader

FIRST_PAUSE = 0.02
LONGEST_PAUSE = 0.25
GROWTH = 1.4


class Pauses:
    """Seconds between looks: short at first, then longer, up to a bound."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def next(self) -> float:
        """Return how long to wait now."""
        now, self._next = self._next, min(self._next * GROWTH, LONGEST_PAUSE)
        return now


async def wait_for(
    reader: ExecutionReader, org_id: UUID, execution_id: UUID, seconds: float
) -> ExecutionStatus:
    """Return where an execution stands once it has ended, or after ``seconds``.

    Raises:
        ExecutionNotFound: The organisation has none of this id.
    """
    clock, pauses = asyncio.get_running_loop().time, Pauses()
    end = clock() + seconds
    while True:
        status = await reader.status(org_id, execution_id)
        left = end - clock()
        if status.is_final or left <= 0:
            return status
        await asyncio.sleep(min(pauses.next(), left))
