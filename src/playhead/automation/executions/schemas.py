"""Executions on the wire."""

from typing import Any
from uuid import UUID

from playhead.automation.executions.model import (
    EXECUTION_PREFIX,
    ExecutionStatus,
    Spent,
    reference_text,
)
from playhead.automation.executions.reading import Execution, SkillNamed, WholeExecution
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.exact import format_scaled
from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.web.wire import Instant, Wire, instant, instant_text

PICO_DIGITS = 12
CENT_DIGITS = 2
JOB_PREFIX = "job"
MICROS_PER_MILLI = 1000


class ExecutedSkill(Wire, frozen=True):
    """The skill of an execution, as it is called now."""

    id: str
    name: str
    category: str


class TokensByClass(Wire, frozen=True):
    """Tokens as they are paid, over all attempts; null where the provider did not say.

    Attributes:
        is_complete: false where tokens were used that nobody counted: an answer that broke off or
            was stopped, or a provider that does not count.
    """

    input: int | None
    cached_input: int | None
    cache_write: int | None
    output: int | None
    reasoning: int | None
    is_complete: bool


class ExecutionRow(Wire, frozen=True):
    """An execution in a list.

    Attributes:
        skill: null for a configuration that was tried without being saved.
        at: The instant that the template looks at.
        output: In a list, its first 1,000 characters.
        output_length: Its characters, all of them.
        output_valid: Whether the output is the JSON that the skill asks for; else null.
        prompt_tokens: What the model read, from caches too.
        completion_tokens: What the model wrote, its reasoning included.
        cost_usd: What was counted, exactly; null where nothing was.
        estimated_cost_usd: What was expected at most, before it ran.
        duration_ms: From the beginning of the first attempt to the end.
    """

    id: str
    skill_id: str | None
    skill: ExecutedSkill | None
    version: int | None
    model: str
    execution_type: str
    reference_id: str | None
    retry_of: str | None
    status: str
    at: Instant
    output: str
    output_length: int
    output_valid: bool | None
    stop_reason: str | None
    error_code: str | None
    error_message: str | None
    attempts: int
    tokens_used: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    usage: TokensByClass
    cost_usd: str | None
    estimated_cost_usd: str
    credits_reserved: int
    credits_charged: int
    duration_ms: int | None
    time_to_first_token_ms: int | None
    created_by: str
    created_at: Instant
    started_at: Instant | None
    completed_at: Instant | None
    cancel_asked_at: Instant | None
    cancelled_by: str | None


class ExecutionView(ExecutionRow, frozen=True):
    """An execution, with its input and its whole output."""

    input: dict[str, Any]


class FullExecution(ExecutionView, frozen=True):
    """An execution with why it ran, what ran, and the attempts that came to nothing.

    Attributes:
        trigger: Why it ran; `{}` where somebody simply asked for it.
        config: What ran: the version of the skill, or what was tried without being saved.
        lost_attempts: The attempts that another one followed, and why.
    """

    trigger: dict[str, Any]
    config: dict[str, Any]
    lost_attempts: list[dict[str, Any]]
    job_id: str


class ExecutionPage(Wire, frozen=True):
    """Executions, the newest first, by cursor or by number of page."""

    data: list[ExecutionRow]
    has_more: bool
    next_cursor: str | None = None
    total: int | None = None
    page: int | None = None
    page_size: int | None = None


class ExecutionList(Wire, frozen=True):
    """Executions, the newest first."""

    data: list[ExecutionRow]


class ExecutionStarted(Wire, frozen=True):
    """An execution that was started and has not ended yet."""

    execution_id: str
    status: str


class ExecutionRetried(Wire, frozen=True):
    """The execution that repeats another."""

    execution_id: str
    retry_of: str
    status: str


class ExecutionsForgotten(Wire, frozen=True):
    """How many executions were forgotten, or would have been."""

    deleted: int
    dry_run: bool


def execution_row(found: Execution) -> ExecutionRow:
    """Return an execution as it is sent in a list."""
    return ExecutionRow(**_fields(found))


def execution_view(whole: WholeExecution) -> ExecutionView:
    """Return an execution as it is sent alone."""
    return ExecutionView(**_fields(whole.execution), input=dict(whole.given))


def full_execution(whole: WholeExecution, config: dict[str, Any]) -> FullExecution:
    """Return an execution as it is sent with what it stands on; ``config`` is what ran."""
    return FullExecution(
        **_fields(whole.execution),
        input=dict(whole.given),
        trigger=dict(whole.trigger),
        config=config,
        lost_attempts=[dict(each) for each in whole.lost],
        job_id=format_id(JOB_PREFIX, whole.job_id),
    )


def execution_started(execution_id: UUID, status: ExecutionStatus) -> ExecutionStarted:
    """Return what is said of an execution that goes on."""
    return ExecutionStarted(
        execution_id=format_id(EXECUTION_PREFIX, execution_id), status=status.value
    )


def dollars(pico_dollars: int | None) -> str | None:
    """Return an exact cost as it is written on the wire."""
    return None if pico_dollars is None else dollars_text(pico_dollars)


def dollars_text(pico_dollars: int) -> str:
    """Return an exact cost in dollars: two digits at least, and as many more as it has."""
    return format_scaled(pico_dollars, PICO_DIGITS, CENT_DIGITS)


def _fields(found: Execution) -> dict[str, Any]:
    usage = found.spent.usage
    asked = _sum(usage.input, usage.cached_input, usage.cache_write)
    answered = _sum(usage.output, usage.reasoning)
    return {
        "id": format_id(EXECUTION_PREFIX, found.execution_id),
        "skill_id": found.skill and format_id(SKILL_PREFIX, found.skill.skill_id),
        "skill": found.skill and _skill(found.skill),
        "version": found.version,
        "model": found.model,
        "execution_type": found.type.value,
        "reference_id": reference_text(found.type, found.reference_id),
        "retry_of": found.retry_of and format_id(EXECUTION_PREFIX, found.retry_of),
        "status": found.status.value,
        "output": found.output,
        "output_length": found.output_length,
        "output_valid": found.output_valid,
        "stop_reason": found.stop_reason,
        "error_code": found.error_code,
        "error_message": found.error_message,
        "attempts": found.attempts,
        "tokens_used": _sum(asked, answered),
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "usage": _tokens(found.spent),
        "cost_usd": dollars(found.spent.pico_dollars),
        "estimated_cost_usd": dollars_text(found.estimated_pico_dollars),
        "credits_reserved": found.reserved_credits,
        "credits_charged": found.charged_credits,
        "created_by": found.created_by,
        "cancelled_by": found.cancelled_by,
        **_times(found),
    }


def _times(found: Execution) -> dict[str, Any]:
    return {
        "at": instant_text(found.at),
        "created_at": instant_text(found.created_at),
        "started_at": instant(found.started_at),
        "completed_at": instant(found.ended_at),
        "cancel_asked_at": instant(found.cancel_asked_at),
        "duration_ms": _millis(found.started_at, found.ended_at),
        "time_to_first_token_ms": _millis(found.started_at, found.first_token_at),
    }


def _skill(named: SkillNamed) -> ExecutedSkill:
    return ExecutedSkill(
        id=format_id(SKILL_PREFIX, named.skill_id), name=named.name, category=named.category
    )


def _tokens(spent: Spent) -> TokensByClass:
    usage = spent.usage
    return TokensByClass(
        input=usage.input,
        cached_input=usage.cached_input,
        cache_write=usage.cache_write,
        output=usage.output,
        reasoning=usage.reasoning,
        is_complete=spent.is_complete,
    )


def _sum(*numbers: int | None) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _millis(start: Micros | None, end: Micros | None) -> int | None:
    return None if start is None or end is None else (end - start) // MICROS_PER_MILLI
