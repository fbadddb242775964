"""Executions: one run of a skill, whoever asked for it; started, watched, stopped, counted."""

from playhead.automation.executions.charging import Bill, Charges, FreeTariff, Reserved
from playhead.automation.executions.errors import (
    CannotCancel,
    CannotRetry,
    ExecutionNotFound,
    OutputTooLarge,
    TimedOut,
)
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
)
from playhead.automation.executions.ports import Witness
from playhead.automation.executions.repository import unfinished

__all__ = [
    "DEPTH",
    "EXECUTION_PREFIX",
    "JOB_KIND",
    "Bill",
    "CannotCancel",
    "CannotRetry",
    "Charges",
    "Ended",
    "ExecutionNotFound",
    "ExecutionStatus",
    "ExecutionType",
    "FreeTariff",
    "NewExecution",
    "OutputTooLarge",
    "Refused",
    "Reserved",
    "Spent",
    "TimedOut",
    "Witness",
    "unfinished",
]
