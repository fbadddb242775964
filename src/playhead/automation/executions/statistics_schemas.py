"""Numbers about executions on the wire."""

from collections.abc import Mapping, Sequence
from typing import Any

from playhead.automation.executions.model import ExecutionStatus, ExecutionType
from playhead.automation.executions.reading import SkillNamed
from playhead.automation.executions.schemas import MICROS_PER_MILLI, dollars_text
from playhead.automation.executions.statistics import (
    Counts,
    OfModel,
    OfPeriod,
    OfSkill,
    Performance,
    Spread,
    Totals,
)
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.web.wire import Instant, Wire, instant_text

HOURS = 24
RATE_DIGITS = 4


class CountsView(Wire, frozen=True):
    """How many executions ended how.

    Attributes:
        total_executions: All, those that have not ended included.
        success_rate: The share of those that completed among those that completed or failed, from
            0 to 1; null where there are none.
    """

    total_executions: int
    successful: int
    failed: int
    cancelled: int
    success_rate: float | None


class TotalsView(CountsView, frozen=True):
    """Numbers about all executions since `since`.

    Attributes:
        uncounted_executions: Those some of whose tokens nobody counted: their cost is not whole.
        avg_duration_ms: Of those that completed; null if none did.
    """

    since: Instant
    pending: int
    running: int
    total_tokens: int
    total_cost_usd: str
    uncounted_executions: int
    avg_duration_ms: int | None
    avg_time_to_first_token_ms: int | None


class SkillNumbers(CountsView, frozen=True):
    """Numbers about one skill's executions."""

    skill_id: str
    skill_name: str
    skill_category: str
    total_tokens: int
    total_cost_usd: str
    avg_duration_ms: int | None


class NumbersBySkill(Wire, frozen=True):
    """Numbers by skill, the one with the most executions first."""

    since: Instant
    data: list[SkillNumbers]


class PeriodNumbers(CountsView, frozen=True):
    """Numbers about the executions that were made from `period` on, until the next one."""

    period: Instant
    total_tokens: int
    total_cost_usd: str


class NumbersByPeriod(Wire, frozen=True):
    """Numbers by period in order, in UTC; periods without executions are there too."""

    granularity: str
    data: list[PeriodNumbers]


class TypeNumbers(CountsView, frozen=True):
    """Numbers about executions of one type."""

    execution_type: str


class NumbersByType(Wire, frozen=True):
    """Numbers by type; every type is there."""

    since: Instant
    data: list[TypeNumbers]


class StatusNumbers(Wire, frozen=True):
    """How many executions stand there."""

    status: str
    total_executions: int


class NumbersByStatus(Wire, frozen=True):
    """Numbers by status; every status is there."""

    since: Instant
    data: list[StatusNumbers]


class CostLine(Wire, frozen=True):
    """What a skill has spent with a model; no skill: what was tried without being saved."""

    skill_id: str | None
    skill_name: str | None
    model: str
    executions: int
    uncounted_executions: int
    input_tokens: int
    cached_input_tokens: int
    cache_write_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost_usd: str


class CostBreakdown(Wire, frozen=True):
    """Costs by skill and model, the highest first; 1,000 lines at most.

    Attributes:
        total_cost_usd: Of all lines, exactly.
    """

    since: Instant
    total_cost_usd: str
    data: list[CostLine]


class SpreadView(Wire, frozen=True):
    """How a time is spread, in milliseconds; null where there is none."""

    avg_ms: int | None
    p50_ms: int | None
    p90_ms: int | None
    p99_ms: int | None


class HourNumbers(Wire, frozen=True):
    """Executions that began in one hour of the day (UTC)."""

    hour: int
    executions: int
    duration: SpreadView
    time_to_first_token: SpreadView


class PerformanceView(Wire, frozen=True):
    """How fast executions were that completed; all 24 hours of the day are there."""

    since: Instant
    executions: int
    duration: SpreadView
    time_to_first_token: SpreadView
    by_hour: list[HourNumbers]


def totals_view(found: Totals, since: Micros) -> TotalsView:
    """Return totals as they are sent."""
    return TotalsView(
        **_counts(found.counts),
        since=instant_text(since),
        pending=found.pending,
        running=found.running,
        total_tokens=found.tokens,
        total_cost_usd=dollars_text(found.pico_dollars),
        uncounted_executions=found.uncounted,
        avg_duration_ms=_millis(found.duration),
        avg_time_to_first_token_ms=_millis(found.first_token),
    )


def by_skill_view(found: Sequence[OfSkill], since: Micros) -> NumbersBySkill:
    """Return numbers by skill as they are sent."""
    return NumbersBySkill(since=instant_text(since), data=[_of_skill(each) for each in found])


def by_period_view(found: Sequence[OfPeriod], granularity: str) -> NumbersByPeriod:
    """Return numbers by period as they are sent."""
    return NumbersByPeriod(granularity=granularity, data=[_of_period(each) for each in found])


def by_type_view(found: Mapping[ExecutionType, Counts], since: Micros) -> NumbersByType:
    """Return numbers by type as they are sent."""
    data = [TypeNumbers(execution_type=kind, **_counts(each)) for kind, each in found.items()]
    return NumbersByType(since=instant_text(since), data=data)


def by_status_view(found: Mapping[ExecutionStatus, int], since: Micros) -> NumbersByStatus:
    """Return numbers by status as they are sent."""
    data = [StatusNumbers(status=name, total_executions=many) for name, many in found.items()]
    return NumbersByStatus(since=instant_text(since), data=data)


def costs_view(found: Sequence[OfModel], since: Micros) -> CostBreakdown:
    """Return costs as they are sent."""
    return CostBreakdown(
        since=instant_text(since),
        total_cost_usd=dollars_text(sum(each.pico_dollars for each in found)),
        data=[_cost_line(each) for each in found],
    )


def performance_view(found: Sequence[Performance], since: Micros) -> PerformanceView:
    """Return speeds as they are sent."""
    by_hour = {each.hour: each for each in found}
    none = Performance(None, 0, Spread(), Spread())
    whole = by_hour.get(None, none)
    return PerformanceView(
        since=instant_text(since),
        executions=whole.total,
        duration=_spread(whole.duration),
        time_to_first_token=_spread(whole.first_token),
        by_hour=[_of_hour(hour, by_hour.get(hour, none)) for hour in range(HOURS)],
    )


def _counts(counts: Counts) -> dict[str, Any]:
    judged = counts.completed + counts.failed
    return {
        "total_executions": counts.total,
        "successful": counts.completed,
        "failed": counts.failed,
        "cancelled": counts.cancelled,
        "success_rate": round(counts.completed / judged, RATE_DIGITS) if judged else None,
    }


def _of_skill(found: OfSkill) -> SkillNumbers:
    return SkillNumbers(
        **_counts(found.counts),
        skill_id=format_id(SKILL_PREFIX, found.skill.skill_id),
        skill_name=found.skill.name,
        skill_category=found.skill.category,
        total_tokens=found.tokens,
        total_cost_usd=dollars_text(found.pico_dollars),
        avg_duration_ms=_millis(found.duration),
    )


def _of_period(found: OfPeriod) -> PeriodNumbers:
    return PeriodNumbers(
        **_counts(found.counts),
        period=instant_text(found.starts_at),
        total_tokens=found.tokens,
        total_cost_usd=dollars_text(found.pico_dollars),
    )


def _cost_line(found: OfModel) -> CostLine:
    usage = found.usage
    return CostLine(
        skill_id=_id_of(found.skill),
        skill_name=None if found.skill is None else found.skill.name,
        model=found.model,
        executions=found.total,
        uncounted_executions=found.uncounted,
        input_tokens=usage.input or 0,
        cached_input_tokens=usage.cached_input or 0,
        cache_write_tokens=usage.cache_write or 0,
        output_tokens=usage.output or 0,
        reasoning_tokens=usage.reasoning or 0,
        cost_usd=dollars_text(found.pico_dollars),
    )


def _id_of(skill: SkillNamed | None) -> str | None:
    return None if skill is None else format_id(SKILL_PREFIX, skill.skill_id)


def _of_hour(hour: int, found: Performance) -> HourNumbers:
    return HourNumbers(
        hour=hour,
        executions=found.total,
        duration=_spread(found.duration),
        time_to_first_token=_spread(found.first_token),
    )


def _spread(found: Spread) -> SpreadView:
    return SpreadView(
        avg_ms=_millis(found.mean),
        p50_ms=_millis(found.p50),
        p90_ms=_millis(found.p90),
        p99_ms=_millis(found.p99),
    )


def _millis(micros: int | None) -> int | None:
    return None if micros is None else micros // MICROS_PER_MILLI
