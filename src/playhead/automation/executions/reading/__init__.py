"""Reads executions: one, pages of them, how far one has come."""

from playhead.automation.executions.reading.model import (
    SHOWN_OUTPUT,
    Execution,
    Filter,
    Progress,
    SkillNamed,
    WholeExecution,
)
from playhead.automation.executions.reading.repository import ExecutionReader

__all__ = [
    "SHOWN_OUTPUT",
    "Execution",
    "ExecutionReader",
    "Filter",
    "Progress",
    "SkillNamed",
    "WholeExecution",
]
