"""Runs the jobs that a worker has taken: a bounded number at a time, each ended one way or other.

Each handler runs in a task of its own, which may be cancelled at any moment, and is watched by
another, which may not: so what has to become of a job is decided in every case.
"""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any
from uuid import UUID

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.jobs.errors import LeaseLost
from playhead.kernel.jobs.lease import HeldLease
from playhead.kernel.jobs.model import Settlement, State, Taken
from playhead.kernel.jobs.ports import Handlers
from playhead.kernel.jobs.repository import JobRows
from playhead.kernel.jobs.retry import after_failure
from playhead.kernel.jobs.settling import Settler
from playhead.kernel.jobs.wake import Wake
from playhead.storage.postgres import DatabaseUnavailable

STARTING_SECONDS = 1.0
_log = logging.getLogger(__name__)


class Runner:
    """Takes jobs into slots and runs them.

    Args:
        worker: Our name, for people who read the table.
        slots: So many jobs run at a time.
        lease_seconds: So long a job is ours without a heartbeat.
        wake: Called when there is room for more.
        random: Gives a number in [0, 1), for the moment of another attempt.
    """

    def __init__(
        self,
        rows: JobRows,
        handlers: Handlers,
        *,
        worker: str,
        slots: int,
        lease_seconds: float,
        now: Callable[[], Micros],
        wake: Wake,
        random: Callable[[], float] = random.random,
    ) -> None:
        self._rows = rows
        self._handlers = handlers
        self._worker = worker
        self._slots = slots
        self._lease = int(lease_seconds * MICROS_PER_SECOND)
        self._now = now
        self._wake = wake
        self._random = random
        self._settler = Settler(rows, now)
        self._held: dict[UUID, HeldLease] = {}
        self._watchers: set[asyncio.Task[None]] = set()
        self._starts: set[asyncio.Task[int]] = set()
        self._taking = 0
        self._freed = asyncio.Event()
        self.is_stopping = False
        self.counts: Counter[str] = Counter()
        self.lag = 0

    @property
    def running(self) -> int:
        """How many jobs run."""
        return len(self._watchers)

    @property
    def free(self) -> int:
        """How many more may be taken; none once it stops."""
        return 0 if self.is_stopping else self._slots - len(self._watchers) - self._taking

    @property
    def held(self) -> dict[UUID, HeldLease]:
        """The leases of the jobs that run. For the heartbeat."""
        return self._held

    async def wait_for_room(self) -> None:
        """Return when at least one slot is free."""
        while self.free <= 0:
            self._freed.clear()
            await self._freed.wait()

    async def take(self, job_ids: Sequence[UUID]) -> int:
        """Take as many of ``job_ids``, from the first, as slots are free; return their number.

        Those that somebody else has, or that are not due, are left alone and count as well.

        Raises:
            DatabaseUnavailable: None, or nobody knows which: their leases will end.
        """
        tried = job_ids[: max(self.free, 0)]
        if tried:
            now = self._now()
            await self._start(
                len(tried),
                self._rows.take(
                    tried, worker=self._worker, now=now, lease_until=Micros(now + self._lease)
                ),
            )
        return len(tried)

    async def take_all(self, job_ids: Sequence[UUID]) -> None:
        """Take all of ``job_ids``, as slots become free.

        Raises:
            DatabaseUnavailable: As for `take`.
        """
        left = list(job_ids)
        while left:
            await self.wait_for_room()
            del left[: await self.take(left)]

    async def take_overdue(self, sent_before: Micros) -> int:
        """Take jobs that were sent before ``sent_before`` and never arrived; return their number.

        Raises:
            DatabaseUnavailable: As for `take`.
        """
        most, now = self.free, self._now()
        if most <= 0:
            return 0
        return await self._start(
            most,
            self._rows.take_overdue(
                sent_before=sent_before,
                most=most,
                worker=self._worker,
                now=now,
                lease_until=Micros(now + self._lease),
            ),
        )

    def ask_to_cancel(self, job_id: UUID) -> None:
        """Cancel the handler of a job because somebody asked for it."""
        lease = self._held.get(job_id)
        if lease is not None and not lease.cancel_asked:
            lease.cancel_asked = True
            if not lease.is_giving_up:
                self._interrupt(lease)

    def lose(self, job_id: UUID) -> None:
        """Cancel the handler of a job that may be somebody else's by now."""
        lease = self._held.get(job_id)
        if lease is not None:
            self._lose(lease)

    async def drain(self, seconds: float) -> None:
        """Take no more jobs, let those under way end, and put back those that do not in time.

        Args:
            seconds: For all of them together; and as long again, at most two, for their handlers to
                let go once they are cancelled.
        """
        self.is_stopping = True
        self._freed.set()
        if self._starts:
            await asyncio.wait(self._starts, timeout=STARTING_SECONDS)
        await self._wait_for_watchers(seconds)
        for lease in list(self._held.values()):
            lease.is_sent_back = not lease.cancel_asked
            self._interrupt(lease)
        await self._wait_for_watchers(min(max(seconds, 0.2), 2.0))
        left = [
            Settlement(lease.job.job_id, lease.token, State.QUEUED, is_counted=False)
            for lease in self._held.values()
            if not lease.is_lost
        ]
        if left:
            _log.warning("%d jobs do not let go and are put back", len(left))
            await self._rows.settle(left, now=self._now())

    async def _start(self, places: int, taking: Coroutine[Any, Any, list[Taken]]) -> int:
        # Whoever waits may be cancelled; what the database gives away meanwhile is ours to run.
        self._taking += places
        start = asyncio.create_task(self._started(places, taking))
        self._starts.add(start)
        start.add_done_callback(self._starts.discard)
        return await asyncio.shield(start)

    async def _started(self, places: int, taking: Coroutine[Any, Any, list[Taken]]) -> int:
        try:
            taken = await taking
            for each in taken:
                self._begin(each)
            return len(taken)
        finally:
            self._taking -= places
            self._freed.set()
            self._wake.call()

    def _begin(self, taken: Taken) -> None:
        lease = HeldLease(taken, self._settler, self._now)
        job_id = taken.job.job_id
        self.counts["taken"] += 1
        self.lag = max(self.lag, self._now() - taken.job.due_at)
        before = self._held.get(job_id)
        if before is not None:  # our own lease ended before we noticed, and the job came back to us
            self._lose(before)
        self._held[job_id] = lease
        watcher = asyncio.create_task(self._watch(lease))
        self._watchers.add(watcher)
        watcher.add_done_callback(lambda done: self._end(done, lease))

    def _end(self, watcher: asyncio.Task[None], lease: HeldLease) -> None:
        self._watchers.discard(watcher)
        if self._held.get(lease.job.job_id) is lease:  # we may have taken it again meanwhile
            del self._held[lease.job.job_id]
        self.counts["ended"] += 1
        self._freed.set()
        self._wake.call()

    def _lose(self, lease: HeldLease) -> None:
        # With every heartbeat again: a pool of connections may swallow a cancellation.
        lease.is_lost = True
        self._interrupt(lease)

    def _interrupt(self, lease: HeldLease) -> None:
        # What is just being committed is not interrupted.
        if lease.task is not None and not lease.is_ended:
            lease.task.cancel()

    async def _watch(self, lease: HeldLease) -> None:
        try:
            settlement = await self._settlement_after(lease)
            if settlement is not None and not await self._settler.settle(settlement):
                _log.info("job %s was somebody else's", lease.job.job_id)
        except DatabaseUnavailable as error:
            _log.warning("job %s waits for its lease to end: %s", lease.job.job_id, error.message)
        except Exception:  # noqa: BLE001 -- the supervision point: a job must not take its slot with it
            _log.exception("job %s waits for its lease to end", lease.job.job_id)

    async def _settlement_after(self, lease: HeldLease) -> Settlement | None:
        """Do the job; return what is left to be said of it, if anything."""
        error = await self._do(lease)
        if error is None or lease.is_lost:
            return None
        job, token = lease.job, lease.token
        if lease.is_sent_back:
            return Settlement(job.job_id, token, State.QUEUED, is_counted=False)
        return after_failure(job, token, error, now=self._now(), random=self._random())

    async def _do(self, lease: HeldLease) -> str | None:
        """Run the handler, or let it give up; return why that did not end the job."""
        job = lease.job
        handler = self._handlers.get(job.kind)
        if handler is None:
            return f"this worker knows no jobs of kind {job.kind!r}"
        why = "it was cancelled" if lease.cancel_asked else "its worker was lost too often"
        if not job.is_spent and not lease.cancel_asked:
            error = await self._outcome(lease, handler.run(lease))
            is_over = error is None or lease.is_lost or lease.is_sent_back
            if is_over or not (job.is_last or lease.cancel_asked):
                return error
            why = str(error)
        lease.is_giving_up = True
        return await self._outcome(lease, handler.give_up(lease, why))

    async def _outcome(self, lease: HeldLease, work: Coroutine[Any, Any, None]) -> str | None:
        """Return why ``work`` did not end the job, or None if it did."""
        job = lease.job
        task = lease.task = asyncio.create_task(work)
        try:
            await asyncio.wait([task])
        finally:
            lease.task = None
        if task.cancelled():
            return "it was cancelled"
        failure = task.exception()
        if failure is None:
            return None if lease.is_ended else "its handler did not end it"
        if isinstance(failure, LeaseLost):
            lease.is_lost = True
            return failure.message
        _log.error("job %s of kind %s failed", job.job_id, job.kind, exc_info=failure)
        return f"{type(failure).__name__}: {failure}"

    async def _wait_for_watchers(self, seconds: float) -> None:
        if self._watchers:
            await asyncio.wait(self._watchers, timeout=seconds)
