"""Sends jobs that are due to workers, fairly between organisations.

**How long an organisation can be kept waiting.** While its first due job waits and it has nothing
sent or running, each dispatcher sends at most one job of every other organisation before it, no
matter how many thousands those have queued: who has less under way comes first, and among equals
they take turns. Then at most `LOOKAHEAD` jobs, and as many as slots are free, are ahead of it in
the broker. So with D workers and T organisations that wait it starts after at most
``D * (T - 1 + LOOKAHEAD)`` other jobs have found a slot, and after two seconds more if its message
is lost. No organisation has more than ``most_per_org`` jobs sent or running.
"""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.jobs.broker import Broker
from playhead.kernel.jobs.repository import JobRows
from playhead.kernel.jobs.runner import Runner
from playhead.kernel.jobs.wake import Wake

LOOKAHEAD = 16
"""So many jobs may wait in the broker beyond the free slots: the next ones are there already."""

LARGEST_MESSAGE = 32
PAUSE_SECONDS = 0.2
GATHERING_SECONDS = 0.005
OVERDUE = 2 * MICROS_PER_SECOND


class Dispatcher:
    """Sends what is due whenever it is woken, five times a second at least."""

    def __init__(
        self,
        rows: JobRows,
        runner: Runner,
        broker: Broker,
        *,
        most_per_org: int,
        now: Callable[[], Micros],
        wake: Wake,
    ) -> None:
        self._rows = rows
        self._runner = runner
        self._broker = broker
        self._most_per_org = most_per_org
        self._now = now
        self._wake = wake
        self._after: UUID | None = None

    async def dispatch(self) -> int:
        """Send what there is room for; return how many jobs that were.

        Without a broker they run here.

        Raises:
            DatabaseUnavailable: Nothing was sent; what was noted as sent is found again.
        """
        lookahead = LOOKAHEAD if self._broker.is_up else 0
        sent = await self._rows.lend(
            now=self._now(),
            room=self._runner.free + lookahead,
            most_per_org=self._most_per_org,
            after=self._after,
        )
        if sent:
            self._after = sent[-1].org_id
        for start in range(0, len(sent), LARGEST_MESSAGE):
            await self._send([each.job_id for each in sent[start : start + LARGEST_MESSAGE]])
        return len(sent)

    async def take_overdue(self) -> int:
        """Run here what was sent two seconds ago and did not arrive; return how many jobs.

        Raises:
            DatabaseUnavailable: See `Runner.take`.
        """
        taken = await self._runner.take_overdue(Micros(self._now() - OVERDUE))
        if taken:
            self._broker.doubt()
        return taken

    async def run(self) -> None:
        """Dispatch until cancelled."""
        while True:
            sent = await self.dispatch()
            await self._wake.wait(PAUSE_SECONDS)
            if sent:  # each job that ends makes room: wait for more of them
                await asyncio.sleep(GATHERING_SECONDS)

    async def _send(self, job_ids: Sequence[UUID]) -> None:
        if not await self._broker.send(job_ids):
            await self._runner.take_all(job_ids)
