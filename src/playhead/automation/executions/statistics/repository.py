"""Counts executions where they are kept: no row leaves the database for a number."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from playhead.automation.executions.model import ExecutionStatus, ExecutionType
from playhead.automation.executions.reading import SkillNamed
from playhead.automation.executions.statistics.model import (
    Counts,
    Granularity,
    OfModel,
    OfPeriod,
    OfSkill,
    Performance,
    Spread,
    Totals,
)
from playhead.automation.models import Usage
from playhead.base.time import Micros
from playhead.storage.named_sql import load_sql
from playhead.storage.postgres import Row
from playhead.storage.tenants import Tenant, Tenants

SQL = load_sql(__package__)
MOST_COSTS = 1000


class StatisticsReader:
    """Numbers about the executions of organisations, each seen by its own only.

    ``since`` is inclusive everywhere; nothing ends an interval but the present.
    """

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def totals(self, org_id: UUID, since: Micros, skill_id: UUID | None = None) -> Totals:
        """Return numbers about all executions, or about those of one skill."""
        (row,) = await self._rows(SQL.totals, org_id, since=since, skill_id=skill_id)
        return Totals(
            counts=_counts(row),
            pending=row.pending,
            running=row.running,
            tokens=row.tokens,
            pico_dollars=int(row.cost),
            uncounted=row.uncounted,
            duration=_whole(row.duration),
            first_token=_whole(row.first_token),
        )

    async def by_skill(self, org_id: UUID, since: Micros, most: int) -> list[OfSkill]:
        """Return numbers by skill, the skill with the most executions first."""
        rows = await self._rows(SQL.by_skill, org_id, since=since, most=most)
        return [
            OfSkill(
                SkillNamed(row.skill_id, row.name, row.category),
                _counts(row),
                row.tokens,
                int(row.cost),
                _whole(row.duration),
            )
            for row in rows
        ]

    async def by_period(
        self, org_id: UUID, since: Micros, now: Micros, granularity: Granularity
    ) -> list[OfPeriod]:
        """Return numbers by period, in order, from the one that holds ``since``."""
        rows = await self._rows(
            SQL.by_period, org_id, since=since, now=now, granularity=granularity.value
        )
        return [OfPeriod(row.starts_at, _counts(row), row.tokens, int(row.cost)) for row in rows]

    async def by_type(self, org_id: UUID, since: Micros) -> dict[ExecutionType, Counts]:
        """Return numbers of every type."""
        names = [each.value for each in ExecutionType]
        rows = await self._rows(SQL.by_type, org_id, since=since, names=names)
        return {ExecutionType(row.name): _counts(row) for row in rows}

    async def by_status(self, org_id: UUID, since: Micros) -> dict[ExecutionStatus, int]:
        """Return how many executions stand where."""
        names = [each.value for each in ExecutionStatus]
        rows = await self._rows(SQL.by_status, org_id, since=since, names=names)
        return {ExecutionStatus(row.name): row.total for row in rows}

    async def costs(self, org_id: UUID, since: Micros) -> list[OfModel]:
        """Return what was spent by skill and model, the most first; 1,000 of them at most."""
        rows = await self._rows(SQL.costs, org_id, since=since, most=MOST_COSTS)
        return [_of_model(row) for row in rows]

    async def performance(self, org_id: UUID, since: Micros) -> list[Performance]:
        """Return how fast executions were: all together first, then by hour of the day (UTC).

        Hours without any are left out.
        """
        rows = await self._rows(SQL.performance, org_id, since=since)
        return [
            Performance(
                row.hour,
                row.total,
                _spread(row.duration, row.durations),
                _spread(row.first_token, row.first_tokens),
            )
            for row in rows
        ]

    async def _rows(self, query: str, org_id: UUID, **parameters: object) -> list[Row]:
        return await self._tenants.fetch_all(Tenant(org_id), query, org_id=org_id, **parameters)


def _counts(row: Row) -> Counts:
    return Counts(row.total, row.completed, row.failed, row.cancelled)


def _of_model(row: Row) -> OfModel:
    skill = SkillNamed(row.skill_id, row.name, row.category) if row.skill_id else None
    usage = Usage(row.input, row.cached_input, row.cache_write, row.output, row.reasoning)
    return OfModel(skill, row.model, row.total, row.uncounted, usage, int(row.cost))


def _spread(mean: Decimal | None, percentiles: Sequence[Any] | None) -> Spread:
    return Spread(_whole(mean), *(_whole(each) for each in percentiles or ()))


def _whole(value: Decimal | float | None) -> int | None:
    return None if value is None else round(value)
