"""Jobs under takers, crashes, late finishers, reapers and cancellations, against a model."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from playhead.base.time import Micros
from playhead.kernel.jobs import ask_to_cancel, enqueue
from playhead.kernel.jobs.model import Settlement, State, Taken
from playhead.kernel.jobs.repository import JobRows, settle_one
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenant, Tenants
from tests.kernel.jobs.model import Entry, Model
from tests.kernel.jobs.stage import new_jobs
from tests.kernel.stage import make_organisation

T = TypeVar("T")
LEASE, CAP, OVERDUE = 50, 3, 20
PICK = st.integers(0, 10_000)


class Ground:
    """One database and one loop, for all examples."""

    def __init__(self, url: str, owner_url: str) -> None:
        self.runner = asyncio.Runner()
        self.opening = Database.open(url, connections=2)
        self.database = self.run(self.opening.__aenter__())
        self.tenants = Tenants(self.database)
        self.rows = JobRows(self.database)
        self.orgs = [self.run(make_organisation(self.tenants)) for _ in range(3)]
        self.owner = psycopg.connect(owner_url, autocommit=True)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def close(self) -> None:
        self.run(self.opening.__aexit__(None, None, None))
        self.runner.close()
        self.owner.close()


class Jobs(RuleBasedStateMachine):
    """Every operation in any order. Messages arrive never, late or several times."""

    ground: ClassVar[Ground]

    @initialize()
    def begin(self) -> None:
        self.ground.owner.execute("DELETE FROM jobs")
        self.model = Model()
        self.now = 1000
        self.messages: list[UUID] = []
        self.leases: list[tuple[UUID, int]] = []

    @rule(org=st.integers(0, 2), count=st.integers(1, 4), delay=st.sampled_from([0, 0, 30]))
    def put(self, org: int, count: int, delay: int) -> None:
        org_id = self.ground.orgs[org]
        jobs = new_jobs(count, due_at=Micros(self.now + delay))

        async def work() -> None:
            async with self.ground.tenants.transaction(Tenant(org_id)) as transaction:
                await enqueue(transaction, org_id, jobs, now=Micros(self.now))

        self.ground.run(work())
        for job in jobs:
            self.model.jobs[job.job_id] = Entry(org_id, self.now + delay, job.most_attempts)

    @rule(room=st.integers(0, 8))
    def lend(self, room: int) -> None:
        count, which = self.model.lendable(self.now, room, CAP)
        sent = self.ground.run(
            self.ground.rows.lend(now=Micros(self.now), room=room, most_per_org=CAP, after=None)
        )

        ids = [each.job_id for each in sent]
        assert len(ids) == count
        assert set(ids) <= which
        self.model.lend(ids, self.now)
        self.messages += ids

    @rule(first=PICK, count=st.integers(1, 4), is_kept=st.booleans())
    def deliver(self, first: int, count: int, is_kept: bool) -> None:
        if not self.messages:
            return
        at = first % len(self.messages)
        ids = self.messages[at : at + count]
        if not is_kept:
            del self.messages[at : at + count]
        now, until = Micros(self.now), Micros(self.now + LEASE)
        taken = self.ground.run(self.ground.rows.take(ids, worker="w", now=now, lease_until=until))
        self._took(taken, self.model.take(ids, now, until))

    @rule(most=st.integers(1, 5))
    def take_overdue(self, most: int) -> None:
        now, until = Micros(self.now), Micros(self.now + LEASE)
        overdue = self.model.overdue(self.now - OVERDUE, self.now)
        taken = self.ground.run(
            self.ground.rows.take_overdue(
                sent_before=Micros(self.now - OVERDUE),
                most=most,
                worker="w",
                now=now,
                lease_until=until,
            )
        )

        ids = {each.job.job_id for each in taken}
        assert ids <= overdue
        assert len(ids) == min(most, len(overdue))
        self._took(taken, self.model.take(ids, now, until))

    @rule(
        lease=PICK,
        state=st.sampled_from([State.SUCCEEDED, State.FAILED, State.CANCELLED, State.QUEUED]),
        delay=st.sampled_from([None, 0, 40]),
        is_counted=st.booleans(),
        is_alone=st.booleans(),
    )
    def settle(
        self, lease: int, state: State, delay: int | None, is_counted: bool, is_alone: bool
    ) -> None:
        if not self.leases:
            return
        job_id, token = self.leases[lease % len(self.leases)]  # a late one, perhaps
        due = None if delay is None else Micros(self.now + delay)
        is_counted = is_counted or is_alone
        said = Settlement(job_id, token, state, due_at=due, is_counted=is_counted)
        is_held = self.ground.run(self._alone(said) if is_alone else self._grouped(said))

        assert is_held == self.model.settle(
            job_id, token, state, due, counted=is_counted, now=self.now
        )

    @rule(lease=PICK)
    def renew(self, lease: int) -> None:
        if not self.leases:
            return
        job_id, token = self.leases[lease % len(self.leases)]
        told = self.ground.run(
            self.ground.rows.renew(
                {job_id: token}, renew_before=Micros(2**60), lease_until=Micros(self.now + LEASE)
            )
        )[job_id]

        job = self.model.jobs[job_id]
        assert told.is_held == (job.state == "running" and job.token == token)
        assert told.cancel_asked == (told.is_held and job.cancel_asked)
        if told.is_held:
            job.lease = self.now + LEASE

    @rule(step=st.sampled_from([1, 25, 60]))
    def pass_time(self, step: int) -> None:
        self.now += step

    @rule()
    def reap(self) -> None:
        reaped = self.ground.run(self.ground.rows.reap(now=Micros(self.now), most=1000))

        assert set(reaped) == self.model.reap(self.now)

    @rule(picks=st.lists(PICK, min_size=1, max_size=3), is_other=st.booleans())
    def cancel(self, picks: list[int], is_other: bool) -> None:
        if not self.model.jobs:
            return
        known = list(self.model.jobs)
        ids = {known[pick % len(known)] for pick in picks}
        org = self.model.jobs[min(ids)].org
        ours = {job_id for job_id in ids if self.model.jobs[job_id].org == org}

        async def work() -> frozenset[UUID]:
            async with self.ground.tenants.transaction(Tenant(org)) as transaction:
                return await ask_to_cancel(transaction, list(ids), now=Micros(self.now))

        assert self.ground.run(work()) == self.model.ask_to_cancel(ours)

    @invariant()
    def rows_are_as_the_model_says(self) -> None:
        found = self.ground.owner.execute(
            "SELECT job_id, state, attempts, token, sent_at, lease_until,"
            " cancel_asked_at IS NOT NULL FROM jobs"
        ).fetchall()
        assert {row[0]: row[1:] for row in found} == {
            job_id: job.seen() for job_id, job in self.model.jobs.items()
        }

    def teardown(self) -> None:
        """Nothing was lost: a worker that comes now ends all of it, and each job once."""
        while any(job.is_open for job in self.model.jobs.values()):
            self.now += LEASE + 1
            self.reap()
            self.lend(100)
            self.take_overdue(100)
            self.now += OVERDUE + 1
            self.take_overdue(100)
            for at in range(len(self.leases)):
                self.settle(at, State.SUCCEEDED, None, True, False)
        assert all(len(job.ends) == 1 for job in self.model.jobs.values())

    def _took(self, taken: list[Taken], expected: dict[UUID, int]) -> None:
        assert {each.job.job_id: each.token for each in taken} == expected
        for each in taken:
            job = self.model.jobs[each.job.job_id]
            assert (each.job.attempt, each.cancel_asked) == (job.attempts, job.cancel_asked)
        self.leases += expected.items()

    async def _grouped(self, said: Settlement) -> bool:
        return said.job_id in await self.ground.rows.settle([said], now=Micros(self.now))

    async def _alone(self, said: Settlement) -> bool:
        org_id = self.model.jobs[said.job_id].org
        async with self.ground.tenants.transaction(Tenant(org_id)) as transaction:
            return await settle_one(transaction, said, now=Micros(self.now))


@pytest.fixture(scope="module")
def ground(module_service_database_url: str, module_database_url: str) -> Iterator[Ground]:
    made = Ground(module_service_database_url, module_database_url)
    yield made
    made.close()


@pytest.mark.parametrize("is_alone", [True, False], ids=["alone", "grouped"])
def test_who_is_to_be_cancelled_and_put_off_is_sent_at_once(ground: Ground, is_alone: bool) -> None:
    Jobs.ground = ground
    jobs = Jobs()
    jobs.begin()
    jobs.put(org=0, count=1, delay=0)
    jobs.lend(room=1)
    jobs.deliver(first=0, count=1, is_kept=False)
    jobs.cancel(picks=[0], is_other=False)
    jobs.settle(lease=0, state=State.QUEUED, delay=40, is_counted=True, is_alone=is_alone)
    jobs.lend(room=1)

    assert len(jobs.messages) == 1


def test_whoever_dies_every_job_ends_once_and_none_is_lost(ground: Ground) -> None:
    Jobs.ground = ground

    run_machine(
        Jobs,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
