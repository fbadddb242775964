"""The job of an event: decide it, and whatever else has reached its reflex until then."""

from collections.abc import Callable
from uuid import UUID

from playhead.automation.notices import Notices
from playhead.automation.reflexes.decide import Because
from playhead.automation.reflexes.events import MOST_ATTEMPTS, NewId
from playhead.automation.reflexes.failures import Failures
from playhead.automation.reflexes.model import JOB_KIND, LONGEST_ERROR, Reflex
from playhead.automation.reflexes.repository import EventRows, ReflexRows
from playhead.automation.reflexes.settle import Settled, Settling, Starts
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.jobs import Lease, NewJob, enqueue
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant, Tenants


class ReflexEventHandler:
    """Does jobs of the kind "reflex_event"; their subject is an event.

    The reflex is locked meanwhile: throttle and dedupe hold however many workers there are. What
    an event starts, its final state and its trace are written in the one transaction that ends the
    job.
    """

    def __init__(
        self,
        tenants: Tenants,
        starter: Starts,
        notices: Notices,
        *,
        now: Callable[[], Micros],
        new_id: NewId = new_uuid,
    ) -> None:
        self._tenants = tenants
        self._starter = starter
        self._failures = Failures(notices, new_id)
        self._now = now
        self._new_id = new_id

    async def run(self, lease: Lease) -> None:
        """Decide the event."""
        org_id, event_id = lease.job.org_id, lease.job.subject
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            await lease.hold(transaction)
            reflex = await ReflexRows(transaction, org_id).take_of_event(event_id)
            if reflex is not None:
                await self._settle(transaction, reflex, event_id)
            await lease.succeed(transaction)

    async def give_up(self, lease: Lease, error: str) -> None:
        """Write that the event could not be decided."""
        org_id, event_id = lease.job.org_id, lease.job.subject
        async with self._tenants.transaction(Tenant(org_id)) as transaction:
            await lease.hold(transaction)
            now = self._now()
            if lease.cancel_asked:
                await lease.cancel(transaction)
                return
            told: dict[str, object] = {
                "because": Because.CRASHED.value,
                "error": {"message": error[:LONGEST_ERROR]},
            }
            # The reflex first, as who decides its events does: else each could wait for the other.
            reflex = await ReflexRows(transaction, org_id).take_of_event(event_id)
            if reflex is not None:
                await EventRows(transaction, org_id).fail(event_id, told, now)
                await self._failures.count(transaction, org_id, reflex.reflex_id, error, now=now)
            await lease.fail(transaction, error)

    async def _settle(self, transaction: Transaction, reflex: Reflex, event_id: UUID) -> None:
        now = self._now()
        settled = await Settling(transaction, reflex, self._starter, now).run()
        jobs = self._later(settled, event_id, now)
        if jobs:
            await enqueue(transaction, reflex.org_id, jobs, now=now)
        for message in settled.failures:
            await self._failures.count(
                transaction, reflex.org_id, reflex.reflex_id, message, now=now
            )

    def _later(self, settled: Settled, event_id: UUID, now: Micros) -> list[NewJob]:
        """Return the jobs that go on: for the one that waits, and for ours if there were too many.

        An event that was decided before ours came up is not among those reached, and needs none.
        """
        due: dict[UUID, Micros] = {}
        if settled.is_full and event_id not in settled.reached:
            due[event_id] = now
        if settled.waiting is not None:
            waiting, until = settled.waiting
            if settled.is_new or waiting == event_id:  # else its own job is under way
                due[waiting] = until
        return [
            NewJob(self._new_id(now), JOB_KIND, each, at, MOST_ATTEMPTS) for each, at in due.items()
        ]
