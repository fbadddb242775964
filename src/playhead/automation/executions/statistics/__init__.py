"""Numbers about executions, computed by the database."""

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
from playhead.automation.executions.statistics.repository import StatisticsReader

__all__ = [
    "Counts",
    "Granularity",
    "OfModel",
    "OfPeriod",
    "OfSkill",
    "Performance",
    "Spread",
    "StatisticsReader",
    "Totals",
]
