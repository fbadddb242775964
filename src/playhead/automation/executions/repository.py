"""The rows of executions while they are made, run and ended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from playhead.automation.executions.model import (
    Ended,
    ExecutionStatus,
    ExecutionType,
    Spent,
    depth_of,
)
from playhead.automation.models import Usage
from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Database, Row, Transaction
from playhead.storage.tenants import Tenant, Tenants

SQL = load_sql(__package__)
FORGOTTEN_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row of an execution that was accepted.

    Attributes:
        config: The configuration of one that belongs to no skill.
    """

    execution_id: UUID
    skill_id: UUID | None
    version: int | None
    config: Mapping[str, object] | None
    model: str
    execution_type: ExecutionType
    reference_id: UUID | None
    trigger: Mapping[str, object]
    retry_of: UUID | None
    mark: str | None
    input: Mapping[str, object]
    at: Micros
    estimated_pico_dollars: int
    reserved_credits: int
    created_by: str
    job_id: UUID


@dataclass(frozen=True, slots=True)
class Begun:
    """An execution whose attempt begins.

    Attributes:
        attempt: Counts the beginnings.
        spent: What earlier attempts have used.
    """

    execution_id: UUID
    org_id: UUID
    skill_id: UUID | None
    version: int | None
    config: dict[str, Any] | None
    model: str
    given: dict[str, Any]
    trigger: dict[str, Any]
    at: Micros
    attempt: int
    spent: Spent


@dataclass(frozen=True, slots=True)
class Written:
    """What an attempt has written and spent, with what earlier attempts have spent."""

    output: str
    first_token_at: Micros | None
    spent: Spent


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an execution ends."""

    status: ExecutionStatus
    error_code: str | None = None
    error_message: str | None = None
    stop_reason: str | None = None
    output_valid: bool | None = None


CANCELLED = Verdict(ExecutionStatus.CANCELLED)
"""Somebody did not want it any more."""


@dataclass(frozen=True, slots=True)
class Final:
    """An end that was written, and what was set aside and spent for it."""

    ended: Ended
    reserved_credits: int
    pico_dollars: int | None


class ExecutionRows:
    """The executions of one organisation, in a transaction of its own."""

    def __init__(self, transaction: Transaction, org_id: UUID) -> None:
        self._transaction = transaction
        self._org_id = org_id

    async def insert(self, rows: Sequence[NewRow], now: Micros) -> None:
        """Add executions, however many, in one statement that costs no round trip."""
        await self._transaction.send(SQL.insert, org_id=self._org_id, rows=_json(rows), now=now)

    async def of_request(self, mark: str, since: Micros) -> UUID | None:
        """Return what a request has started since then, before it was made again; None: nothing."""
        row = await self._transaction.fetch_optional(
            SQL.of_request, org_id=self._org_id, mark=mark, since=since
        )
        return None if row is None else row.execution_id

    async def begin(self, execution_id: UUID, now: Micros) -> Begun | None:
        """Note that an attempt begins; None if the execution has ended, or is gone."""
        row = await self._transaction.fetch_optional(
            SQL.begin, org_id=self._org_id, execution_id=execution_id, now=now
        )
        return None if row is None else _begun(row)

    async def add_output(
        self, execution_id: UUID, attempt: int, written: Written, *, kept: int
    ) -> bool:
        """Write what came after the first ``kept`` characters, which are there already.

        False if the execution is gone: it was deleted with its skill.
        """
        row = await self._transaction.fetch_optional(
            SQL.add_output,
            org_id=self._org_id,
            execution_id=execution_id,
            attempt=attempt,
            kept=kept,
            more=written.output[kept:],
            first_token_at=written.first_token_at,
            **_counts(written.spent),
        )
        return row is not None

    async def put_off(
        self, execution_id: UUID, written: Written, lost: Mapping[str, object]
    ) -> None:
        """Note that an attempt is lost and another follows."""
        await self._transaction.send(
            SQL.put_off,
            org_id=self._org_id,
            execution_id=execution_id,
            lost=_json(lost),
            usage_complete=written.spent.is_complete,
            output=written.output,
            first_token_at=written.first_token_at,
            **_counts(written.spent),
        )

    async def finish(
        self, execution_id: UUID, written: Written, verdict: Verdict, now: Micros
    ) -> Final | None:
        """Write the end of an attempt's execution; None if it has ended already."""
        row = await self._transaction.fetch_optional(
            SQL.finish,
            org_id=self._org_id,
            execution_id=execution_id,
            status=verdict.status.value,
            error_code=verdict.error_code,
            error_message=verdict.error_message,
            stop_reason=verdict.stop_reason,
            output_valid=verdict.output_valid,
            usage_complete=written.spent.is_complete,
            output=written.output,
            first_token_at=written.first_token_at,
            now=now,
            **_counts(written.spent),
        )
        return None if row is None else _final(row, now)

    async def drop(
        self, execution_ids: Collection[UUID], verdict: Verdict, now: Micros
    ) -> list[Final]:
        """Write the end of executions that nobody runs; those that have ended are left out."""
        rows = await self._transaction.fetch_all(
            SQL.drop,
            org_id=self._org_id,
            execution_ids=list(execution_ids),
            status=verdict.status.value,
            error_code=verdict.error_code,
            error_message=verdict.error_message,
            now=now,
        )
        return [_final(row, now) for row in rows]

    async def ask_to_cancel(self, execution_ids: Collection[UUID], by: str, now: Micros) -> None:
        """Note who wants executions to stop."""
        await self._transaction.send(
            SQL.ask_to_cancel,
            org_id=self._org_id,
            execution_ids=list(execution_ids),
            by=by,
            now=now,
        )

    async def jobs_of(self, execution_ids: Collection[UUID]) -> dict[UUID, UUID]:
        """Return the executions that have not ended, by their jobs."""
        rows = await self._transaction.fetch_all(
            SQL.jobs_of, org_id=self._org_id, execution_ids=list(execution_ids)
        )
        return {row.job_id: row.execution_id for row in rows}

    async def unfinished_of_skills(self, skill_ids: Collection[UUID]) -> list[UUID]:
        """Return the executions of skills that have not ended."""
        rows = await self._transaction.fetch_all(
            SQL.unfinished_of_skills, org_id=self._org_id, skill_ids=list(skill_ids)
        )
        return [row.execution_id for row in rows]

    async def charged(self, execution_id: UUID, credits: int) -> None:
        """Note what an execution was charged."""
        await self._transaction.send(
            SQL.charged, org_id=self._org_id, execution_id=execution_id, credits=credits
        )


async def unfinished(tx: Transaction, reference_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Return the pending and running executions of habits or reflexes, the oldest first.

    Those that have none are left out.
    """
    found: dict[UUID, list[UUID]] = {}
    for row in await tx.fetch_all(SQL.unfinished, reference_ids=list(reference_ids)):
        found.setdefault(row.reference_id, []).append(row.execution_id)
    return found


async def count_old(tenants: Tenants, org_id: UUID, before: Micros) -> int:
    """Return how many executions of an organisation ended before an instant."""
    row = await tenants.fetch_optional(Tenant(org_id), SQL.count_old, org_id=org_id, before=before)
    return 0 if row is None else int(row.many)


async def clean_up(tenants: Tenants, org_id: UUID, before: Micros) -> int:
    """Forget an organisation's executions that ended before an instant; return how many."""
    total = 0
    while True:
        row = await tenants.fetch_optional(
            Tenant(org_id), SQL.clean_up, org_id=org_id, before=before, most=FORGOTTEN_AT_ONCE
        )
        many = 0 if row is None else int(row.many)
        total += many
        if many < FORGOTTEN_AT_ONCE:
            return total


async def forget_of_all(database: Database, before: Micros) -> int:
    """Forget every organisation's executions that ended before an instant; return how many."""
    total = 0
    while True:
        async with database.transaction() as tx:
            row = await tx.fetch_optional(SQL.forget_of_all, before=before, most=FORGOTTEN_AT_ONCE)
        many = 0 if row is None else int(row.many)
        total += many
        if many < FORGOTTEN_AT_ONCE:
            return total


def spent_of(row: Row) -> Spent:
    """Return what a row says its attempts have spent."""
    usage = Usage(
        row.input_tokens,
        row.cached_input_tokens,
        row.cache_write_tokens,
        row.output_tokens,
        row.reasoning_tokens,
    )
    return Spent(usage, _whole(row.cost_pico_dollars), row.usage_complete)


def _json(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=str).decode()


def _counts(spent: Spent) -> dict[str, object]:
    return {
        "input_tokens": spent.usage.input,
        "cached_input_tokens": spent.usage.cached_input,
        "cache_write_tokens": spent.usage.cache_write,
        "output_tokens": spent.usage.output,
        "reasoning_tokens": spent.usage.reasoning,
        "cost_pico_dollars": spent.pico_dollars,
    }


def _begun(row: Row) -> Begun:
    return Begun(
        execution_id=row.execution_id,
        org_id=row.org_id,
        skill_id=row.skill_id,
        version=row.version,
        config=row.config,
        model=row.model,
        given=row.input,
        trigger=row.trigger,
        at=row.at,
        attempt=row.attempts,
        spent=spent_of(row),
    )


def _final(row: Row, now: Micros) -> Final:
    ended = Ended(
        execution_id=row.execution_id,
        org_id=row.org_id,
        skill_id=row.skill_id,
        type=ExecutionType(row.execution_type),
        reference_id=row.reference_id,
        status=ExecutionStatus(row.status),
        error_code=row.error_code,
        error_message=row.error_message,
        depth=depth_of(row.trigger),
        at=now,
    )
    return Final(ended, row.reserved_credits, _whole(row.cost_pico_dollars))


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)
