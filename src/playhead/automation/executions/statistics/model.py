"""Numbers about executions. Frozen values; durations are microseconds."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.automation.executions.reading import SkillNamed
from playhead.automation.models import Usage
from playhead.base.time import Micros


class Granularity(StrEnum):
    """How long a period is. Weeks begin on Monday; all begin at midnight in UTC."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many executions ended how.

    Attributes:
        total: All, those that have not ended included.
    """

    total: int
    completed: int
    failed: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Numbers about all executions of an interval.

    Attributes:
        uncounted: Executions some of whose tokens nobody counted.
        duration: The mean, of those that completed; None if none did.
        first_token: The mean time to the first token, likewise.
    """

    counts: Counts
    pending: int
    running: int
    tokens: int
    pico_dollars: int
    uncounted: int
    duration: int | None
    first_token: int | None


@dataclass(frozen=True, slots=True)
class OfSkill:
    """Numbers about one skill's executions."""

    skill: SkillNamed
    counts: Counts
    tokens: int
    pico_dollars: int
    duration: int | None


@dataclass(frozen=True, slots=True)
class OfPeriod:
    """Numbers about the executions that were made in one period."""

    starts_at: Micros
    counts: Counts
    tokens: int
    pico_dollars: int


@dataclass(frozen=True, slots=True)
class OfModel:
    """What one skill has spent with one model; no skill: what was tried without being saved."""

    skill: SkillNamed | None
    model: str
    total: int
    uncounted: int
    usage: Usage
    pico_dollars: int


@dataclass(frozen=True, slots=True)
class Spread:
    """How a time is spread; None where there is none. Percentiles are interpolated."""

    mean: int | None = None
    p50: int | None = None
    p90: int | None = None
    p99: int | None = None


@dataclass(frozen=True, slots=True)
class Performance:
    """How fast executions were that completed; ``hour`` is that of the day, None for all."""

    hour: int | None
    total: int
    duration: Spread
    first_token: Spread
