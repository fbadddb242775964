"""Does the job of an execution: renders its prompt, asks its model, writes what comes of it.

What is certain, whoever dies and whenever: one final state, one settlement, one call of every
witness, all in the one transaction that ends the job. What is not: a worker that dies between the
provider's answer and that commit has spent tokens that the next attempt spends again, because no
provider takes the same request twice for one. What it had written of them stays counted.

An answer that should be JSON and is none is an answer all the same, and paid for: the execution
completes, and says that its output is not valid.
"""

import asyncio

from playhead.automation.executions.attempt import Attempt
from playhead.automation.executions.errors import ExecutionCrashed
from playhead.automation.executions.model import ExecutionStatus
from playhead.automation.executions.repository import CANCELLED, Verdict
from playhead.automation.executions.workshop import Workshop
from playhead.kernel.jobs import Lease
from playhead.storage.tenants import Tenant

CRASHED = Verdict(
    ExecutionStatus.FAILED, ExecutionCrashed.code, "it could not be finished, however often tried"
)


class ExecutionHandler:
    """The handler of jobs of kind `JOB_KIND`; their subject is an execution."""

    def __init__(self, workshop: Workshop) -> None:
        self._shop = workshop

    async def run(self, lease: Lease) -> None:
        """Make one attempt, and end the job or have it run again. See `Handler.run`."""
        attempt = Attempt(self._shop, lease)
        try:
            await attempt.make()
        except asyncio.CancelledError:
            if not lease.cancel_asked:
                raise
            await attempt.stop()

    async def give_up(self, lease: Lease, error: str) -> None:
        """End an execution that its attempts did not end. See `Handler.give_up`."""
        job, now = lease.job, self._shop.now()
        verdict = CANCELLED if lease.cancel_asked else CRASHED
        async with self._shop.tenants.transaction(Tenant(job.org_id)) as tx:
            await lease.hold(tx)
            await self._shop.closer.drop(tx, job.org_id, [job.subject], verdict, now=now)
            if lease.cancel_asked:
                await lease.cancel(tx)
            else:
                await lease.fail(tx, error)
