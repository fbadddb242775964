"""Executions: one run of a skill, what it was given, what came of it. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from playhead.automation.models import Usage
from playhead.base.errors import PlayheadError
from playhead.base.ids import format_id
from playhead.base.time import Micros

EXECUTION_PREFIX = "exe"
HABIT_PREFIX = "hab"
REFLEX_PREFIX = "rfx"
JOB_KIND = "execution"
DEPTH = "depth"
"""The key of a trigger under which it says how many executions caused one another before it."""


class ExecutionType(StrEnum):
    """Who asked for it."""

    MANUAL = "manual"
    HABIT = "habit"
    REFLEX = "reflex"
    API = "api"
    TEST = "test"


def reference_text(type: ExecutionType, reference_id: UUID | None) -> str | None:
    """Return the id of the habit or reflex that an execution is of, as it is written outside."""
    if reference_id is None:
        return None
    prefix = HABIT_PREFIX if type is ExecutionType.HABIT else REFLEX_PREFIX
    return format_id(prefix, reference_id)


class ExecutionStatus(StrEnum):
    """Where it stands. The last three are final."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing changes about it any more."""
        return self not in (ExecutionStatus.PENDING, ExecutionStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class NewExecution:
    """An execution to start.

    Attributes:
        given: The input, before the defaults of the skill's schema are filled in.
        created_by: ``usr_...`` or ``key_...``, or who a habit or reflex belongs to.
        at: The instant that its template looks at.
        label: The label whose version runs; with neither label nor version, the newest does.
        version: The number of the version.
        reference_id: The habit or reflex.
        trigger: Why it runs; ``depth`` in it counts the executions that led to it.
        retry_of: The execution that it repeats.
        mark: Of the request that asks for it, if that may be made again; see `started_before`.
    """

    execution_id: UUID
    skill_id: UUID
    given: Mapping[str, object]
    type: ExecutionType
    created_by: str
    at: Micros
    label: str | None = None
    version: int | None = None
    reference_id: UUID | None = None
    trigger: Mapping[str, object] = field(default_factory=dict)
    retry_of: UUID | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An execution that was not started, and why."""

    execution_id: UUID
    error: PlayheadError


@dataclass(frozen=True, slots=True)
class Ended:
    """An execution that came to its end.

    Attributes:
        depth: How many executions caused one another before it.
        at: When it ended.
    """

    execution_id: UUID
    org_id: UUID
    skill_id: UUID | None
    type: ExecutionType
    reference_id: UUID | None
    status: ExecutionStatus
    error_code: str | None
    error_message: str | None
    depth: int
    at: Micros


@dataclass(frozen=True, slots=True)
class Spent:
    """What attempts have used together.

    Attributes:
        pico_dollars: What of it is known, exactly; None where nothing is.
        is_complete: Whether every token was counted. An answer that broke off, or whose provider
            counts nothing, is not.
    """

    usage: Usage = field(default_factory=Usage)
    pico_dollars: int | None = None
    is_complete: bool = True

    def plus(self, other: "Spent") -> "Spent":
        """Return both together."""
        return Spent(
            _sum(self.usage, other.usage),
            _total(self.pico_dollars, other.pico_dollars),
            self.is_complete and other.is_complete,
        )


def depth_of(trigger: Mapping[str, object]) -> int:
    """Return how many executions led to what ``trigger`` tells of."""
    depth = trigger.get(DEPTH)
    return depth if isinstance(depth, int) else 0


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        _total(one.input, other.input),
        _total(one.cached_input, other.cached_input),
        _total(one.cache_write, other.cache_write),
        _total(one.output, other.output),
        _total(one.reasoning, other.reasoning),
    )


def _total(one: int | None, other: int | None) -> int | None:
    return one if other is None else other if one is None else one + other
