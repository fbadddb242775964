"""What the functions of the database are to do with jobs, in plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class Entry:
    """A job as the model knows it."""

    org: UUID
    due: int
    most: int
    state: str = "queued"
    attempts: int = 0
    token: int = 0
    sent: int | None = None
    lease: int | None = None
    cancel_asked: bool = False
    ends: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.state in {"queued", "running"}

    def seen(self) -> tuple[object, ...]:
        """Return what the row has to say."""
        return (self.state, self.attempts, self.token, self.sent, self.lease, self.cancel_asked)


class Model:
    """The same operations as the database's. Times are any integers."""

    def __init__(self) -> None:
        self.jobs: dict[UUID, Entry] = {}

    def lendable(self, now: int, room: int, cap: int) -> tuple[int, set[UUID]]:
        """Return how many jobs have to be sent now, and of which jobs."""
        sent = sum(1 for job in self.jobs.values() if job.sent is not None)
        some, which = 0, set()
        for org in {job.org for job in self.jobs.values()}:
            ours = [(k, j) for k, j in self.jobs.items() if j.org == org]
            busy = sum(1 for _, j in ours if j.state == "running" or j.sent is not None)
            due = {k for k, j in ours if j.state == "queued" and j.sent is None and j.due <= now}
            some += min(len(due), max(0, cap - busy))
            which |= due
        return min(some, max(0, room - sent)), which

    def lend(self, job_ids: Iterable[UUID], now: int) -> None:
        for job_id in job_ids:
            self.jobs[job_id].sent = now

    def take(self, job_ids: Iterable[UUID], now: int, until: int) -> dict[UUID, int]:
        """Return the tokens of the jobs that are taken."""
        taken = {}
        for job_id in set(job_ids):
            job = self.jobs[job_id]
            if job.state == "queued" and job.due <= now:
                job.state, job.sent, job.lease = "running", None, until
                job.attempts += 1
                job.token += 1
                taken[job_id] = job.token
        return taken

    def overdue(self, before: int, now: int) -> set[UUID]:
        return {
            k
            for k, j in self.jobs.items()
            if j.sent is not None and j.sent < before and j.due <= now
        }

    def settle(
        self, job_id: UUID, token: int, state: str, due: int | None, *, counted: bool, now: int
    ) -> bool:
        """Return whether it was the holder who said so.

        A job that is to be cancelled and is queued again is due at once.
        """
        job = self.jobs[job_id]
        if job.state != "running" or job.token != token:
            return False
        job.state, job.lease = state, None
        job.due = job.due if due is None else due
        if job.cancel_asked:
            job.due = min(job.due, now)
        job.attempts -= not counted
        if state != "queued":
            job.ends.append(state)
        return True

    def reap(self, now: int) -> set[UUID]:
        dead = {k for k, j in self.jobs.items() if j.lease is not None and j.lease < now}
        for job_id in dead:
            self.jobs[job_id].state, self.jobs[job_id].lease = "queued", None
        return dead

    def ask_to_cancel(self, job_ids: Iterable[UUID]) -> set[UUID]:
        ended = set()
        for job_id in job_ids:
            job = self.jobs[job_id]
            job.cancel_asked |= job.is_open
            if job.state == "queued":
                job.state, job.sent = "cancelled", None
                job.ends.append("cancelled")
                ended.add(job_id)
        return ended
