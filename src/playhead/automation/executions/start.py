"""Starts executions, and stops them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from playhead.automation.executions.charging import Charges
from playhead.automation.executions.costs import Costs
from playhead.automation.executions.ending import Closer
from playhead.automation.executions.model import (
    JOB_KIND,
    ExecutionType,
    NewExecution,
    Refused,
)
from playhead.automation.executions.ports import Witness
from playhead.automation.executions.repository import CANCELLED, ExecutionRows, NewRow
from playhead.automation.models.prices import PriceBook, price_book_shipped
from playhead.automation.skills import (
    Definition,
    SkillInactive,
    SkillVersion,
    Wanted,
    check_definition,
    check_input,
    find_versions,
    written_definition,
)
from playhead.base.errors import NotFound, PlayheadError
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.jobs import NewJob, ask_to_cancel, enqueue, not_ended
from playhead.storage.postgres import Transaction

MOST_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class NewTrial:
    """A definition to be run once without being saved."""

    execution_id: UUID
    definition: Definition
    given: Mapping[str, object]
    created_by: str
    at: Micros
    retry_of: UUID | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Stopping:
    """What came of a wish to cancel.

    Attributes:
        cancelled: Executions that nobody ran: they have ended by now.
        asked: Executions that run: they end within two seconds.
    """

    cancelled: frozenset[UUID]
    asked: frozenset[UUID]


class Starter:
    """Starts executions in the transaction of whoever has a reason to.

    A constant number of statements starts any number of them: one finds the versions, one adds the
    executions, one their jobs, and those that the tariff needs to reserve their cost.
    """

    def __init__(
        self,
        charges: Charges,
        prices: PriceBook | None = None,
        witnesses: Sequence[Witness] = (),
        *,
        new_id: Callable[[Micros], UUID] = new_uuid,
    ) -> None:
        """Take the tariff, the price book (None: that which is shipped) and who is told of ends."""
        self._charges = charges
        self._prices = prices or price_book_shipped()
        self._costs = Costs(self._prices)
        self._closer = Closer(charges, witnesses)
        self._new_id = new_id

    async def start(
        self, tx: Transaction, org_id: UUID, news: Sequence[NewExecution], *, now: Micros
    ) -> list[Refused]:
        """Start executions of skills; return those that could not be started, and why.

        The version is pinned: what is saved later does not change what runs. They run once ``tx``
        is committed. Only a test may run a skill that is not active.
        """
        if not news:
            return []
        rows: list[NewRow] = []
        refused: list[Refused] = []
        wanted = [Wanted(new.skill_id, new.version, new.label) for new in news]
        for new, version in zip(news, await find_versions(tx, wanted), strict=True):
            try:
                rows.append(self._accept(new, version, now))
            except PlayheadError as error:
                refused.append(Refused(new.execution_id, error))
        return refused + await self._add(tx, org_id, rows, now)

    def check(self, definition: Definition) -> None:
        """Return if a definition can be run. Raises what `check_definition` does."""
        check_definition(definition, self._prices)

    async def try_out(self, tx: Transaction, org_id: UUID, trial: NewTrial, *, now: Micros) -> None:
        """Start a definition that is not saved.

        Raises:
            InputInvalid: The input is not what the definition asks for.
            ModelUnknown: The model is not in the price book.
            PlayheadError: The tariff refuses it.
        """
        row = replace(
            self._row(trial, SkillVersion.of(trial.definition), now),
            config=written_definition(trial.definition),
        )
        for refused in await self._add(tx, org_id, [row], now):
            raise refused.error

    async def cancel(
        self,
        tx: Transaction,
        org_id: UUID,
        execution_ids: Sequence[UUID],
        *,
        by: str,
        now: Micros,
    ) -> Stopping:
        """End executions, those that nobody runs at once; leave alone those that have ended.

        ``by`` is who wants it: ``usr_...``, ``key_...``, or the habit that starts another.
        """
        rows = ExecutionRows(tx, org_id)
        jobs = await rows.jobs_of(execution_ids)
        await ask_to_cancel(tx, list(jobs), now=now)
        await rows.ask_to_cancel(execution_ids, by, now)
        # One whose job could not even be given up has nobody who ends it either.
        running = await not_ended(tx, jobs.keys())
        idle = [jobs[job_id] for job_id in jobs.keys() - running]
        # Of these, who completed since we looked is not cancelled.
        cancelled = await self._closer.drop(tx, org_id, idle, CANCELLED, now=now)
        return Stopping(cancelled, frozenset(jobs[job_id] for job_id in running))

    async def end_of_skills(
        self, tx: Transaction, org_id: UUID, skill_ids: Collection[UUID], *, by: str, now: Micros
    ) -> None:
        """End every execution of skills that are about to be deleted, those that run as well.

        What was set aside for them is settled or given back here: their rows go with the skills, so
        whoever runs one finds nothing left to end.
        """
        rows = ExecutionRows(tx, org_id)
        execution_ids = await rows.unfinished_of_skills(skill_ids)
        if execution_ids:
            await self.cancel(tx, org_id, execution_ids, by=by, now=now)
            await self._closer.drop(tx, org_id, execution_ids, CANCELLED, now=now)

    def _accept(self, new: NewExecution, version: SkillVersion | NotFound, now: Micros) -> NewRow:
        if isinstance(version, NotFound):
            raise version
        if not version.is_active and new.type is not ExecutionType.TEST:
            raise SkillInactive(new.skill_id)
        return replace(
            self._row(new, version, now),
            execution_type=new.type,
            reference_id=new.reference_id,
            trigger=new.trigger,
        )

    def _row(self, new: NewExecution | NewTrial, version: SkillVersion, now: Micros) -> NewRow:
        checked = check_input(version, new.given)
        return NewRow(
            execution_id=new.execution_id,
            skill_id=version.skill_id,
            version=version.version,
            config=None,
            model=version.model,
            execution_type=ExecutionType.TEST,
            reference_id=None,
            trigger={},
            retry_of=new.retry_of,
            mark=new.mark,
            input=checked,
            at=new.at,
            estimated_pico_dollars=self._costs.estimate(version, checked, now),
            reserved_credits=0,
            created_by=new.created_by,
            job_id=self._new_id(now),
        )

    async def _add(
        self, tx: Transaction, org_id: UUID, rows: Sequence[NewRow], now: Micros
    ) -> list[Refused]:
        if not rows:
            return []
        estimates = {row.execution_id: row.estimated_pico_dollars for row in rows}
        reserved = await self._charges.reserve(tx, org_id, estimates, now=now)
        paid = [
            replace(row, reserved_credits=reserved.credits[row.execution_id])
            for row in rows
            if row.execution_id in reserved.credits
        ]
        await ExecutionRows(tx, org_id).insert(paid, now)
        await enqueue(tx, org_id, [_job_of(row, now) for row in paid], now=now)
        return [Refused(each, error) for each, error in reserved.refused.items()]


def _job_of(row: NewRow, now: Micros) -> NewJob:
    return NewJob(row.job_id, JOB_KIND, row.execution_id, now, MOST_ATTEMPTS)
