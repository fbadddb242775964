"""The rows of jobs: the only module that knows their table."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from playhead.base.time import Micros
from playhead.kernel.jobs.model import Job, NewJob, Sent, Settlement, State, Taken, Told
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database, Row, Transaction

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


async def not_ended(transaction: Transaction, job_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the organisation's ``job_ids`` that wait or run."""
    rows = await transaction.fetch_all(SQL.not_ended, job_ids=list(job_ids))
    return frozenset(row.job_id for row in rows)


async def hold(transaction: Transaction, job_id: UUID, token: int) -> bool:
    """Lock a job's row if it was taken last with ``token`` and runs; return whether it was."""
    row = await transaction.fetch_optional(SQL.hold, job_id=job_id, token=token)
    return row is not None


async def settle_one(transaction: Transaction, settlement: Settlement, *, now: Micros) -> bool:
    """End a job in a transaction of its organisation; return whether its token was the last."""
    row = await transaction.fetch_optional(
        SQL.settle_one,
        job_id=settlement.job_id,
        token=settlement.token,
        state=settlement.state,
        due_at=settlement.due_at,
        error=settlement.error,
        now=now,
    )
    return row is not None


class JobRows:
    """The jobs of all organisations, for workers. Each method is one statement.

    All of them raise `DatabaseUnavailable` if no connection can be had, or if it breaks: then it
    may have happened or not.
    """

    def __init__(self, database: Database) -> None:
        """``database`` is connected as the service role."""
        self._database = database

    async def lend(
        self, *, now: Micros, room: int, most_per_org: int, after: UUID | None
    ) -> list[Sent]:
        """Note jobs that are due as sent, and return them in the order in which they should run.

        Args:
            now: What is due later is left alone.
            room: So many may be sent and not taken, those of earlier calls included.
            most_per_org: So many of one organisation may be sent or running.
            after: The organisation whose turn was last.
        """
        rows = await self._ask(SQL.lend, now=now, room=room, most_per_org=most_per_org, after=after)
        return [Sent(row.job_id, row.org_id) for row in rows]

    async def take(
        self, job_ids: Sequence[UUID], *, worker: str, now: Micros, lease_until: Micros
    ) -> list[Taken]:
        """Take those of ``job_ids`` that are queued and due; the others are left alone."""
        return await self._take(list(job_ids), 0, 0, worker, now, lease_until)

    async def take_overdue(
        self, *, sent_before: Micros, most: int, worker: str, now: Micros, lease_until: Micros
    ) -> list[Taken]:
        """Take at most ``most`` jobs that were sent before ``sent_before`` and that nobody took."""
        return await self._take(None, sent_before, most, worker, now, lease_until)

    async def renew(
        self, tokens: Mapping[UUID, int], *, renew_before: Micros, lease_until: Micros
    ) -> dict[UUID, Told]:
        """Lengthen the leases that end before ``renew_before``, and tell of all of them.

        Args:
            tokens: Of the jobs that we hold, or believe to hold.
        """
        rows = await self._ask(
            SQL.renew,
            job_ids=list(tokens),
            tokens=list(tokens.values()),
            renew_before=renew_before,
            lease_until=lease_until,
        )
        return {row.job_id: Told(row.is_held, row.cancel_asked) for row in rows}

    async def settle(self, settlements: Sequence[Settlement], *, now: Micros) -> set[UUID]:
        """Say what becomes of jobs; return those that were held with the token given."""
        rows = await self._ask(
            SQL.settle,
            job_ids=[each.job_id for each in settlements],
            tokens=[each.token for each in settlements],
            states=[each.state for each in settlements],
            due_ats=[each.due_at for each in settlements],
            errors=[each.error for each in settlements],
            counted=[each.is_counted for each in settlements],
            now=now,
        )
        return {row.job_id for row in rows}

    async def reap(self, *, now: Micros, most: int) -> list[UUID]:
        """Queue jobs again whose lease has ended, ``most`` at once, and return them."""
        return [row.job_id for row in await self._ask(SQL.reap, now=now, most=most)]

    async def forget(self, *, before: Micros, most: int) -> int:
        """Delete jobs that ended before ``before``, ``most`` at once; return how many."""
        rows = await self._ask(SQL.forget, before=before, most=most)
        return int(rows[0].forgotten)

    async def _take(
        self,
        job_ids: list[UUID] | None,
        sent_before: int,
        most: int,
        worker: str,
        now: Micros,
        lease_until: Micros,
    ) -> list[Taken]:
        rows = await self._ask(
            SQL.take,
            job_ids=job_ids,
            sent_before=sent_before,
            most=most,
            worker=worker,
            now=now,
            lease_until=lease_until,
        )
        return [_taken(row) for row in rows]

    async def _ask(self, query: str, **parameters: object) -> list[Row]:
        async with self._database.reading() as connection:
            return await connection.fetch_all(query, **parameters)


def _taken(row: Row) -> Taken:
    job = Job(
        job_id=row.job_id,
        org_id=row.org_id,
        kind=row.kind,
        subject=row.subject,
        attempt=row.attempts,
        most_attempts=row.most_attempts,
        created_at=row.created_at,
        due_at=row.due_at,
    )
    return Taken(job, row.token, row.cancel_asked)
