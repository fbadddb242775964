"""The rows of jobs: the only module that knows their table."""

from collections.abc import Sequence
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.jobs.model import NewJob, State
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Transaction

SQL = load_sql(__package__)


async def enqueue(
    transaction: Transaction, org_id: UUID, jobs: Sequence[NewJob], *, now: Micros
) -> None:
    """Add ``jobs`` of an organisation, whose own ``transaction`` it is; done once it commits.

    One statement, whatever their number, that nobody waits for: that a job exists already shows at
    a later statement or at the commit.
    """
    if not jobs:
        return
    await transaction.send(
        SQL.enqueue,
        org_id=org_id,
        now=now,
        job_ids=[job.job_id for job in jobs],
        kinds=[job.kind for job in jobs],
        subjects=[job.subject for job in jobs],
        due_ats=[job.due_at for job in jobs],
        most_attempts=[job.most_attempts for job in jobs],
    )


async def ask_to_cancel(
    transaction: Transaction, job_ids: Sequence[UUID], *, now: Micros
) -> frozenset[UUID]:
    """Cancel those of ``job_ids`` that are queued, at once, and ask for the end of those running.

    Jobs of other organisations, unknown ones and those that have ended are left alone.

    Returns:
        Those that are cancelled: nobody will run them, so the caller writes what has to be written.
        A running one is told within half a second and ends by its handler.
    """
    rows = await transaction.fetch_all(SQL.ask_to_cancel, job_ids=list(job_ids), now=now)
    return frozenset(row.job_id for row in rows if row.state == State.CANCELLED)
