"""Reads the rows of executions."""

from uuid import UUID

from playhead.automation.executions.errors import ExecutionNotFound
from playhead.automation.executions.model import ExecutionStatus, ExecutionType
from playhead.automation.executions.reading.model import (
    SHOWN_OUTPUT,
    Execution,
    Filter,
    Progress,
    SkillNamed,
    WholeExecution,
)
from playhead.automation.executions.repository import spent_of
from playhead.automation.skills import SkillNotFound
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row
from playhead.storage.tenants import Tenant, Tenants
from playhead.web.pages import Place, Slice

SQL = load_sql(__package__)

_CONDITIONS = {
    "skill_id": "e.skill_id = %(skill_id)s",
    "status": "e.status = %(status)s",
    "type": "e.execution_type = %(type)s",
    "reference_id": "e.reference_id = %(reference_id)s",
    "since": "e.created_at >= %(since)s",
    "until": "e.created_at < %(until)s",
    "unfinished": "e.status IN ('pending', 'running')",
}
_AFTER = "(e.created_at, e.execution_id) < (%(before_at)s::bigint, %(before_id)s::uuid)"
_ORDER = (
    " ORDER BY e.created_at DESC, e.execution_id DESC"
    " LIMIT %(most)s::bigint OFFSET %(skip)s::bigint"
)


class ExecutionReader:
    """The executions of organisations, each seen by its own only."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def find(self, org_id: UUID, execution_id: UUID) -> WholeExecution:
        """Return one execution with all that is kept of it.

        Raises:
            ExecutionNotFound: The organisation has none of this id.
        """
        row = await self._tenants.fetch_optional(
            Tenant(org_id), SQL.one, org_id=org_id, execution_id=execution_id
        )
        if row is None:
            raise ExecutionNotFound(execution_id)
        return WholeExecution(
            execution=_execution(row),
            given=row.input,
            trigger=row.trigger,
            config=row.config,
            lost=tuple(row.lost),
            job_id=row.job_id,
        )

    async def page(
        self, org_id: UUID, asked: Filter, rows: Slice, *, shown: int = SHOWN_OUTPUT
    ) -> tuple[list[Execution], int | None]:
        """Return executions, the newest first, and how many there are if that is wanted.

        Args:
            shown: How many characters of each output.
        """
        chosen = _chosen(asked)
        where = " AND ".join(["e.org_id = %(org_id)s", *(_CONDITIONS[name] for name in chosen)])
        place = _place(rows.before)
        query = f"{SQL.listed} WHERE {where}{' AND ' + _AFTER if place else ''}{_ORDER}"
        found = await self._tenants.fetch_all(
            Tenant(org_id),
            query,
            org_id=org_id,
            shown=shown,
            most=rows.most,
            skip=rows.skip,
            **chosen,
            **place,
        )
        total = await self._count(org_id, where, chosen) if rows.counted else None
        return [_execution(row) for row in found], total

    async def progress(
        self, org_id: UUID, execution_id: UUID, *, taken: int = 0, most: int = 0
    ) -> Progress:
        """Return how far an execution has come, and its output after ``taken`` characters.

        Raises:
            ExecutionNotFound: The organisation has none of this id.
        """
        row = await self._tenants.fetch_optional(
            Tenant(org_id),
            SQL.progress,
            org_id=org_id,
            execution_id=execution_id,
            taken=taken,
            most=most,
        )
        if row is None:
            raise ExecutionNotFound(execution_id)
        return Progress(ExecutionStatus(row.status), row.attempts, row.more, row.length)

    async def status(self, org_id: UUID, execution_id: UUID) -> ExecutionStatus:
        """Return where an execution stands: the cheapest way to wait for it.

        Raises:
            ExecutionNotFound: The organisation has none of this id.
        """
        row = await self._tenants.fetch_optional(
            Tenant(org_id), SQL.standing, org_id=org_id, execution_id=execution_id
        )
        if row is None:
            raise ExecutionNotFound(execution_id)
        return ExecutionStatus(row.status)

    async def check_skill(self, org_id: UUID, skill_id: UUID) -> None:
        """Return if the organisation has this skill.

        Raises:
            SkillNotFound: It has none of this id.
        """
        row = await self._tenants.fetch_optional(
            Tenant(org_id), SQL.skill_exists, org_id=org_id, skill_id=skill_id
        )
        if row is None:
            raise SkillNotFound(skill_id)

    async def _count(self, org_id: UUID, where: str, chosen: dict[str, object]) -> int:
        row = await self._tenants.fetch_optional(
            Tenant(org_id), f"{SQL.counted} WHERE {where}", org_id=org_id, **chosen
        )
        return int(row.many) if row is not None else 0


def _chosen(asked: Filter) -> dict[str, object]:
    # A statement for each choice of filters: one for all of them would be planned for none.
    every = {name: getattr(asked, name) for name in _CONDITIONS}
    return {
        name: value for name, value in every.items() if value is not None and value is not False
    }


def _place(before: Place | None) -> dict[str, object]:
    return {} if before is None else {"before_at": before.at, "before_id": before.id}


def _execution(row: Row) -> Execution:
    named = SkillNamed(row.skill_id, row.skill_name, row.skill_category) if row.skill_id else None
    return Execution(
        execution_id=row.execution_id,
        skill=named,
        version=row.version,
        model=row.model,
        type=ExecutionType(row.execution_type),
        reference_id=row.reference_id,
        retry_of=row.retry_of,
        status=ExecutionStatus(row.status),
        at=row.at,
        output=row.output,
        output_length=row.output_length,
        output_valid=row.output_valid,
        stop_reason=row.stop_reason,
        error_code=row.error_code,
        error_message=row.error_message,
        attempts=row.attempts,
        spent=spent_of(row),
        estimated_pico_dollars=int(row.estimated_pico_dollars),
        reserved_credits=row.reserved_credits,
        charged_credits=row.charged_credits,
        created_by=row.created_by,
        created_at=row.created_at,
        started_at=row.started_at,
        first_token_at=row.first_token_at,
        ended_at=row.ended_at,
        cancel_asked_at=row.cancel_asked_at,
        cancelled_by=row.cancelled_by,
    )
