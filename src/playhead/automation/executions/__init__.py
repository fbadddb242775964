"""Executions: one run of a skill, whoever asked for it; started, watched, stopped, counted."""

from playhead.automation.executions.charging import Bill, Charges, FreeTariff, Reserved
from playhead.automation.executions.costs import Costs
from playhead.automation.executions.ending import Closer
from playhead.automation.executions.model import (
    DEPTH,
    EXECUTION_PREFIX,
    JOB_KIND,
    Ended,
    ExecutionStatus,
    ExecutionType,
    NewExecution,
    Refused,
    Spent,
    reference_text,
)
from playhead.automation.executions.ports import Models, Witness
from playhead.automation.executions.reading import Execution, ExecutionReader, Filter
from playhead.automation.executions.repeat import started_before
from playhead.automation.executions.repository import unfinished
from playhead.automation.executions.run import ExecutionHandler
from playhead.automation.executions.schemas import ExecutionPage, ExecutionRow, execution_row
from playhead.automation.executions.start import Starter, Stopping
from playhead.automation.executions.workshop import Limits, Workshop

__all__ = [
    "DEPTH",
    "EXECUTION_PREFIX",
    "JOB_KIND",
    "Bill",
    "Charges",
    "Closer",
    "Costs",
    "Ended",
    "Execution",
    "ExecutionHandler",
    "ExecutionPage",
    "ExecutionReader",
    "ExecutionRow",
    "ExecutionStatus",
    "ExecutionType",
    "Filter",
    "FreeTariff",
    "Limits",
    "Models",
    "NewExecution",
    "Refused",
    "Reserved",
    "Spent",
    "Starter",
    "Stopping",
    "Witness",
    "Workshop",
    "execution_row",
    "reference_text",
    "started_before",
    "unfinished",
]
