"""Who comes next when many wait."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.jobs.dispatch import LARGEST_MESSAGE, LOOKAHEAD, OVERDUE, Dispatcher
from playhead.kernel.jobs.model import Settlement, State
from playhead.kernel.jobs.repository import JobRows
from playhead.kernel.jobs.runner import Runner
from playhead.kernel.jobs.wake import Wake
from playhead.storage.postgres import Database
from playhead.storage.tenants import Tenants
from tests.kernel.jobs.stage import KIND, Recorder, in_loop, new_jobs, now, put, rows, succeed
from tests.kernel.stage import make_organisation

MANY = 100_000
FLOOD = """
INSERT INTO jobs (job_id, org_id, kind, subject, due_at, most_attempts, created_at)
SELECT gen_random_uuid(), %(org_id)s, 'test', gen_random_uuid(), n, 3, 0
  FROM generate_series(1, %(many)s) AS n
"""


@dataclass
class Post:
    """A broker that keeps what it is given."""

    is_up: bool = True
    sent: list[UUID] = field(default_factory=list)
    largest: int = 0
    doubts: int = 0

    async def send(self, job_ids: Sequence[UUID]) -> bool:
        self.sent += job_ids
        self.largest = max(self.largest, len(job_ids))
        return self.is_up

    def doubt(self) -> None:
        self.doubts += 1

    def stop(self) -> None:
        """Nothing stops it."""


def dispatching(
    database: Database, post: Post, *, slots: int, most_per_org: int = 32, later: int = 0
) -> tuple[Dispatcher, Runner]:
    rows, wake = JobRows(database), Wake()
    handler = Recorder(Tenants(database), succeed)
    runner = Runner(
        rows, {KIND: handler}, worker="w", slots=slots, lease_seconds=10, now=now, wake=wake
    )
    dispatcher = Dispatcher(
        rows,
        runner,
        post,
        most_per_org=most_per_org,
        now=lambda: Micros(now() + later),
        wake=wake,
    )
    return dispatcher, runner


async def flood(database: Database, org_id: UUID, many: int) -> None:
    """Put ``many`` jobs that have been due for ages."""
    async with database.transaction() as transaction:
        await transaction.execute(FLOOD, org_id=org_id, many=many)
        await transaction.execute("ANALYZE jobs")


async def start_and_end(database: Database, job_ids: Sequence[UUID]) -> None:
    """Do what a worker does with jobs that reach it."""
    jobs = JobRows(database)
    taken = await jobs.take(job_ids, worker="w", now=now(), lease_until=Micros(now() + 10**7))
    ended = [Settlement(each.job.job_id, each.token, State.SUCCEEDED) for each in taken]
    await jobs.settle(ended, now=now())


@in_loop
async def test_one_with_100_000_jobs_keeps_nobody_waiting(
    database_url: str, service_database_url: str
) -> None:
    async with (
        Database.open(service_database_url) as database,
        Database.open(database_url) as owner,
    ):
        tenants = Tenants(database)
        crowd = [await make_organisation(tenants) for _ in range(5)]
        await flood(owner, crowd[0], MANY)
        for org_id in crowd[1:]:
            await flood(owner, org_id, 40)
        post = Post()
        # One slot: the hardest case, for one place at a time is given away.
        dispatcher, _ = dispatching(database, post, slots=1)
        for _ in range(3):
            await dispatcher.dispatch()
            await start_and_end(database, post.sent[-1:])
        small = await make_organisation(tenants)
        [job_id] = await put(database, small, new_jobs(1))

        before = len(post.sent)
        while job_id not in post.sent:
            await dispatcher.dispatch()
            await start_and_end(database, post.sent[before:][:1])
            before += 1

        assert len(post.sent) - before <= LOOKAHEAD + len(crowd)


@in_loop
async def test_of_one_organisation_only_so_many_are_sent_or_running(
    service_database_url: str,
) -> None:
    async with Database.open(service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        await put(database, org_id, new_jobs(100))
        post = Post()
        dispatcher, _ = dispatching(database, post, slots=64, most_per_org=10)

        await dispatcher.dispatch()
        await JobRows(database).take(
            post.sent[:4], worker="w", now=now(), lease_until=Micros(now() + 10**7)
        )
        again = await dispatcher.dispatch()

        assert (len(post.sent), again) == (10, 0)


@in_loop
async def test_what_is_sent_and_not_taken_has_a_bound_and_goes_by_turns(
    service_database_url: str,
) -> None:
    async with Database.open(service_database_url) as database:
        tenants = Tenants(database)
        whose: dict[UUID, UUID] = {}
        for _ in range(4):
            org_id = await make_organisation(tenants)
            whose |= dict.fromkeys(await put(database, org_id, new_jobs(100)), org_id)
        post = Post()
        dispatcher, _ = dispatching(database, post, slots=64)

        assert await dispatcher.dispatch() == 64 + LOOKAHEAD
        assert await dispatcher.dispatch() == 0
        assert set(Counter(whose[job_id] for job_id in post.sent).values()) == {20}
        assert len({whose[job_id] for job_id in post.sent[:4]}) == 4
        assert post.largest <= LARGEST_MESSAGE


@in_loop
async def test_without_a_broker_only_what_there_are_slots_for_is_taken_and_runs_here(
    service_database_url: str,
) -> None:
    async with Database.open(service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        await put(database, org_id, new_jobs(10))
        dispatcher, runner = dispatching(database, Post(is_up=False), slots=4)

        assert await dispatcher.dispatch() == 4
        await runner.drain(5)

        states = Counter(row.state for row in (await rows(database, org_id)).values())
        assert states == {"succeeded": 4, "queued": 6}


@in_loop
async def test_what_was_sent_and_does_not_arrive_runs_here_and_the_broker_is_doubted(
    service_database_url: str,
) -> None:
    async with Database.open(service_database_url) as database:
        org_id = await make_organisation(Tenants(database))
        await put(database, org_id, new_jobs(3))
        post = Post()
        dispatcher, _ = dispatching(database, post, slots=8)
        afterwards, runner = dispatching(database, post, slots=8, later=OVERDUE + 10**6)

        await dispatcher.dispatch()
        assert (await dispatcher.take_overdue(), post.doubts) == (0, 0)
        assert (await afterwards.take_overdue(), post.doubts) == (3, 1)
        assert (await afterwards.take_overdue(), post.doubts) == (0, 1)
        await runner.drain(5)

        assert {row.state for row in (await rows(database, org_id)).values()} == {"succeeded"}
