"""Executions as they are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from playhead.automation.executions.model import ExecutionStatus, ExecutionType, Spent
from playhead.base.time import Micros

SHOWN_OUTPUT = 1000
"""Characters of an output that a row of a list holds."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which executions; None leaves a choice open.

    Attributes:
        since: Made then or later.
        until: Made before then.
    """

    skill_id: UUID | None = None
    status: ExecutionStatus | None = None
    type: ExecutionType | None = None
    reference_id: UUID | None = None
    since: Micros | None = None
    until: Micros | None = None
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class SkillNamed:
    """The skill of an execution, as it is called now."""

    skill_id: UUID
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution.

    Attributes:
        skill: None for a definition that was tried without being saved.
        output: Of a row in a list, the first :data:`SHOWN_OUTPUT` characters.
        output_length: How many characters there are.
    """

    execution_id: UUID
    skill: SkillNamed | None
    version: int | None
    model: str
    type: ExecutionType
    reference_id: UUID | None
    retry_of: UUID | None
    status: ExecutionStatus
    at: Micros
    output: str
    output_length: int
    output_valid: bool | None
    stop_reason: str | None
    error_code: str | None
    error_message: str | None
    attempts: int
    spent: Spent
    estimated_pico_dollars: int
    reserved_credits: int
    charged_credits: int
    created_by: str
    created_at: Micros
    started_at: Micros | None
    first_token_at: Micros | None
    ended_at: Micros | None
    cancel_asked_at: Micros | None
    cancelled_by: str | None


@dataclass(frozen=True, slots=True)
class WholeExecution:
    """An execution with all that is kept of it.

    Attributes:
        given: The input, with the defaults of the skill's schema.
        config: The definition that was tried; None where a version of a skill ran.
        lost: The attempts that another one followed.
    """

    execution: Execution
    given: Mapping[str, Any]
    trigger: Mapping[str, Any]
    config: Mapping[str, Any] | None
    lost: tuple[Mapping[str, Any], ...]
    job_id: UUID


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an execution has come.

    Attributes:
        more: Its output from where was asked, not all of it at once.
        length: Characters of the whole output until now.
    """

    status: ExecutionStatus
    attempts: int
    more: str
    length: int
