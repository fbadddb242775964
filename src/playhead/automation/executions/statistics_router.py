"""The endpoints of numbers about executions. All are computed by the database."""

from fastapi import APIRouter

from playhead.automation.executions.dependencies import (
    ByPeriodAsked,
    BySkillAsked,
    DaysAsked,
    DeskOf,
)
from playhead.automation.executions.statistics_schemas import (
    CostBreakdown,
    NumbersByPeriod,
    NumbersBySkill,
    NumbersByStatus,
    NumbersByType,
    PerformanceView,
    TotalsView,
    by_period_view,
    by_skill_view,
    by_status_view,
    by_type_view,
    costs_view,
    performance_view,
    totals_view,
)
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep, needs
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.openapi import answer
from playhead.web.problems import problems
from playhead.web.state import Now
from playhead.web.wire import JsonBytes, encode

PROBLEMS = problems(NoOrganisation, ScopeMissing, DatabaseUnavailable)

statistics_router = APIRouter(
    prefix="/executions",
    tags=["executions"],
    default_response_class=JsonBytes,
    dependencies=[needs(Scope.AUTOMATION_READ)],
)


@statistics_router.get("/stats", responses={**answer("Totals.", TotalsView), **PROBLEMS})
async def read_totals(asked: DaysAsked, caller: CallerDep, desk: DeskOf, now: Now) -> JsonBytes:
    """Return numbers about the executions of the last days."""
    since = asked.since(now)
    return JsonBytes(encode(totals_view(await desk.statistics.totals(caller.org, since), since)))


@statistics_router.get(
    "/stats/by-skill", responses={**answer("By skill.", NumbersBySkill), **PROBLEMS}
)
async def read_by_skill(
    asked: BySkillAsked, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Return numbers by skill, the one with the most executions first."""
    since = asked.since(now)
    found = await desk.statistics.by_skill(caller.org, since, asked.limit)
    return JsonBytes(encode(by_skill_view(found, since)))


@statistics_router.get(
    "/stats/by-period", responses={**answer("By period.", NumbersByPeriod), **PROBLEMS}
)
async def read_by_period(
    asked: ByPeriodAsked, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Return numbers by period (UTC), from the one that holds the first day, empty ones too."""
    since = asked.since(now)
    found = await desk.statistics.by_period(caller.org, since, now, asked.granularity)
    return JsonBytes(encode(by_period_view(found, asked.granularity)))


@statistics_router.get(
    "/stats/by-type", responses={**answer("By type.", NumbersByType), **PROBLEMS}
)
async def read_by_type(asked: DaysAsked, caller: CallerDep, desk: DeskOf, now: Now) -> JsonBytes:
    """Return numbers by type, those without executions too."""
    since = asked.since(now)
    return JsonBytes(encode(by_type_view(await desk.statistics.by_type(caller.org, since), since)))


@statistics_router.get(
    "/stats/by-status", responses={**answer("By status.", NumbersByStatus), **PROBLEMS}
)
async def read_by_status(asked: DaysAsked, caller: CallerDep, desk: DeskOf, now: Now) -> JsonBytes:
    """Return how many executions stand where."""
    since = asked.since(now)
    found = await desk.statistics.by_status(caller.org, since)
    return JsonBytes(encode(by_status_view(found, since)))


@statistics_router.get("/cost-breakdown", responses={**answer("Costs.", CostBreakdown), **PROBLEMS})
async def read_costs(asked: DaysAsked, caller: CallerDep, desk: DeskOf, now: Now) -> JsonBytes:
    """Return what was spent, by skill and model, exactly."""
    since = asked.since(now)
    return JsonBytes(encode(costs_view(await desk.statistics.costs(caller.org, since), since)))


@statistics_router.get("/performance", responses={**answer("Speeds.", PerformanceView), **PROBLEMS})
async def read_performance(
    asked: DaysAsked, caller: CallerDep, desk: DeskOf, now: Now
) -> JsonBytes:
    """Return how fast executions were that completed: mean, p50, p90, p99; by hour of the day."""
    since = asked.since(now)
    found = await desk.statistics.performance(caller.org, since)
    return JsonBytes(encode(performance_view(found, since)))
