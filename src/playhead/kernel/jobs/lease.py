"""The lease that handlers are given."""

import asyncio
from collections.abc import Callable

from playhead.base.time import Micros
from playhead.kernel.jobs.errors import LeaseLost
from playhead.kernel.jobs.model import Job, Settlement, State, Taken
from playhead.kernel.jobs.repository import hold, settle_one
from playhead.kernel.jobs.settling import Settler
from playhead.storage.postgres import Transaction


class HeldLease:
    """A job that a worker took, with the token of that taking: the fence around every write.

    Attributes:
        cancel_asked: Set by the worker's heartbeat.
        is_lost: Set by it as well: the job may be somebody else's.
        is_ended: Whether the handler has ended the job, or is about to commit that.
        is_giving_up: Whether what runs is `Handler.give_up`.
        is_sent_back: The worker stops: the job is to be put back, its attempt not counted.
        task: In which the handler runs, while it does.
    """

    __slots__ = (
        "_now",
        "_settler",
        "cancel_asked",
        "is_ended",
        "is_giving_up",
        "is_lost",
        "is_sent_back",
        "job",
        "task",
        "token",
    )

    def __init__(self, taken: Taken, settler: Settler, now: Callable[[], Micros]) -> None:
        self.job: Job = taken.job
        self.token = taken.token
        self.cancel_asked = taken.cancel_asked
        self.is_lost = False
        self.is_ended = False
        self.is_giving_up = False
        self.is_sent_back = False
        self.task: asyncio.Task[None] | None = None
        self._settler = settler
        self._now = now

    async def hold(self, transaction: Transaction) -> None:
        """See `Lease.hold`."""
        if not await hold(transaction, self.job.job_id, self.token):
            raise LeaseLost(self.job.job_id)

    async def succeed(self, transaction: Transaction) -> None:
        """See `Lease.succeed`."""
        await self._settle(transaction, State.SUCCEEDED)

    async def fail(self, transaction: Transaction, error: str) -> None:
        """See `Lease.fail`."""
        await self._settle(transaction, State.FAILED, error=error)

    async def cancel(self, transaction: Transaction) -> None:
        """See `Lease.cancel`."""
        await self._settle(transaction, State.CANCELLED)

    async def retry(self, transaction: Transaction, *, at: Micros, error: str) -> None:
        """See `Lease.retry`."""
        await self._settle(transaction, State.QUEUED, due_at=at, error=error)

    async def succeed_alone(self) -> None:
        """See `Lease.succeed_alone`."""
        self.is_ended = True
        settlement = Settlement(self.job.job_id, self.token, State.SUCCEEDED)
        if not await self._settler.settle(settlement):
            raise LeaseLost(self.job.job_id)

    async def _settle(
        self,
        transaction: Transaction,
        state: State,
        *,
        due_at: Micros | None = None,
        error: str | None = None,
    ) -> None:
        settlement = Settlement(self.job.job_id, self.token, state, due_at=due_at, error=error)
        if not await settle_one(transaction, settlement, now=self._now()):
            raise LeaseLost(self.job.job_id)
        self.is_ended = True
