"""A worker: everything that has to go on for jobs to be done, until it is stopped."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.jobs.bell import listen
from playhead.kernel.jobs.broker import Broker, NoBroker
from playhead.kernel.jobs.celery_broker import QUEUE, CeleryBroker
from playhead.kernel.jobs.dispatch import Dispatcher
from playhead.kernel.jobs.heartbeat import BEAT_SECONDS, SHORTEST_BEAT_SECONDS, Heartbeat
from playhead.kernel.jobs.ports import Handlers
from playhead.kernel.jobs.repository import JobRows
from playhead.kernel.jobs.runner import Runner
from playhead.kernel.jobs.wake import Wake
from playhead.storage.postgres import Database, DatabaseUnavailable

OVERDUE_SECONDS = 0.5
REAP_SECONDS = 0.5
REAP_MOST = 500
FORGET_SECONDS = 3600.0
FORGET_MOST = 5000
AWAY_SECONDS = 0.5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker works.

    Attributes:
        name: Which worker has a job, for people who read the table.
        slots: Jobs at a time.
        lease_seconds: After so long without a sign the jobs of a dead worker go to others.
        drain_seconds: So long the jobs that run when it stops may go on.
        most_per_org: Jobs of one organisation that are sent or running, in all workers.
        kept_days: So long jobs that have ended are kept.
        queue: The broker's, and the bell's.
    """

    name: str
    slots: int = 64
    lease_seconds: float = 15.0
    drain_seconds: float = 3.0
    most_per_org: int = 32
    kept_days: float = 7.0
    queue: str = QUEUE


class JobWorker:
    """Does jobs. Make it in a loop that runs, then `run` it once.

    Args:
        database: Connected as the service role.
        valkey_url: Where messages and the bell are; None to do without.
    """

    def __init__(
        self,
        database: Database,
        handlers: Handlers,
        options: WorkerOptions,
        *,
        valkey_url: str | None,
        now: Callable[[], Micros],
    ) -> None:
        self._options = options
        self._valkey_url = valkey_url
        self._now = now
        self._rows = JobRows(database)
        self._dispatch_wake, self._beat_wake = Wake(), Wake()
        self.runner = Runner(
            self._rows,
            handlers,
            worker=options.name,
            slots=options.slots,
            lease_seconds=options.lease_seconds,
            now=now,
            wake=self._dispatch_wake,
        )
        self.broker: Broker = NoBroker()

    def wake(self) -> None:
        """Look for jobs, and for who is to be cancelled, now."""
        self._dispatch_wake.call()
        self._beat_wake.call()

    def numbers(self) -> dict[str, object]:
        """Return what `playhead status` shows; the largest lag since the last call, in ms."""
        lag, self.runner.lag = self.runner.lag, 0
        return {
            "slots": self._options.slots,
            "running": self.runner.running,
            "taken": self.runner.counts["taken"],
            "ended": self.runner.counts["ended"],
            "lag_ms": lag // 1000,
            "broker": "up" if self.broker.is_up else "away",
        }

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``; then let what runs end, and put back what does not in time."""
        async with self._carried() as broker:
            self.broker = broker
            tasks = [asyncio.create_task(each) for each in self._loops(broker)]
            heart = asyncio.create_task(self._beat())  # leases live on while it drains
            try:
                await stop.wait()
            finally:
                self.runner.is_stopping = True
                broker.stop()
                await _ended(tasks)
                await self._drain()
                await _ended([heart])

    async def receive(self, job_ids: Sequence[UUID]) -> None:
        """Run the jobs of one message, as soon as there are slots for them."""
        with suppress(DatabaseUnavailable):  # they are overdue once it is back
            await self.runner.take_all(job_ids)

    def _loops(self, broker: Broker) -> list[Coroutine[Any, Any, None]]:
        dispatcher = Dispatcher(
            self._rows,
            self.runner,
            broker,
            most_per_org=self._options.most_per_org,
            now=self._now,
            wake=self._dispatch_wake,
        )
        loops: list[Coroutine[Any, Any, None]] = [
            _again_and_again(dispatcher.run, AWAY_SECONDS),
            _again_and_again(dispatcher.take_overdue, OVERDUE_SECONDS),
            _again_and_again(self._reap, REAP_SECONDS),
            _again_and_again(self._forget, FORGET_SECONDS),
        ]
        if self._valkey_url is not None:
            loops.append(listen(self._valkey_url, self.wake, self._options.queue))
        return loops

    @asynccontextmanager
    async def _carried(self) -> AsyncIterator[Broker]:
        if self._valkey_url is None:
            yield NoBroker()
        else:
            async with CeleryBroker.open(
                self._valkey_url, self.receive, queue=self._options.queue
            ) as broker:
                yield broker

    async def _beat(self) -> None:
        heartbeat = Heartbeat(
            self._rows, self.runner, lease_seconds=self._options.lease_seconds, now=self._now
        )

        async def once() -> None:
            await heartbeat.beat()
            # Most who ring have enqueued something, which is nothing to those who hold jobs.
            await asyncio.sleep(SHORTEST_BEAT_SECONDS)
            await self._beat_wake.wait(BEAT_SECONDS - SHORTEST_BEAT_SECONDS)

        await _again_and_again(once, 0.0)

    async def _reap(self) -> None:
        for job_id in await self._rows.reap(now=self._now(), most=REAP_MOST):
            _log.warning("job %s was lost with its worker and is queued again", job_id)
            self._dispatch_wake.call()

    async def _forget(self) -> None:
        kept = int(self._options.kept_days * 86_400 * MICROS_PER_SECOND)
        while await self._rows.forget(before=Micros(self._now() - kept), most=FORGET_MOST):
            pass

    async def _drain(self) -> None:
        try:
            await self.runner.drain(self._options.drain_seconds)
        except DatabaseUnavailable as error:
            _log.warning("what ran is left to its leases: %s", error.message)


async def _again_and_again(work: Callable[[], Awaitable[object]], pause: float) -> None:
    """Await ``work`` and pause, until cancelled; outlive a database that is away."""
    while True:
        try:
            await work()
        except DatabaseUnavailable as error:
            _log.warning("jobs wait: %s", error.message)
            await asyncio.sleep(AWAY_SECONDS)
        except Exception:  # noqa: BLE001 -- the loop outlives a database that is not migrated yet
            _log.exception("jobs wait")
            await asyncio.sleep(AWAY_SECONDS)
        await asyncio.sleep(pause)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
