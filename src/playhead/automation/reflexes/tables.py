"""Rows of reflexes to values and back."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from playhead.automation.reflexes.model import (
    Chosen,
    Event,
    EventState,
    Reflex,
    Rules,
    Source,
    Trigger,
    TriggerType,
)
from playhead.base.time import Micros
from playhead.storage.postgres import Row


@dataclass(frozen=True, slots=True)
class Listed:
    """A reflex as it is listed: with its skill, and how often it fired."""

    reflex: Reflex
    skill_name: str
    skill_category: str
    skill_is_active: bool
    trigger_count: int
    last_triggered_at: Micros | None


@dataclass(frozen=True, slots=True)
class Run:
    """An execution of a reflex, in short."""

    execution_id: UUID
    status: str
    execution_type: str
    error_code: str | None
    error_message: str | None
    at: Micros
    created_at: Micros
    started_at: Micros | None
    ended_at: Micros | None


def json_text(value: object) -> str:
    """Return ``value`` as the JSON that is stored."""
    return msgspec.json.encode(value, enc_hook=str).decode()


def reflex_of(row: Row) -> Reflex:
    """Return a row as a reflex."""
    rules = Rules(row.debounce, row.throttle, row.dedupe_key, row.dedupe_window)
    chosen = Chosen(
        skill_id=row.skill_id,
        trigger=Trigger(TriggerType(row.trigger_type), row.trigger_config),
        name=row.name,
        label=row.label,
        conditions=row.conditions,
        condition=row.condition,
        input=row.input,
        rules=rules,
        pause_after=row.pause_after,
    )
    return Reflex(
        reflex_id=row.reflex_id,
        org_id=row.org_id,
        chosen=chosen,
        is_active=row.is_active,
        revision=row.revision,
        active_since=row.active_since,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
        consecutive_failures=row.consecutive_failures,
        last_error_message=row.last_error_message,
        paused_at=row.paused_at,
        paused_because=row.paused_because,
    )


def columns_of(reflex: Reflex) -> dict[str, object]:
    """Return a reflex as the columns of its row."""
    chosen, rules = reflex.chosen, reflex.chosen.rules
    return {
        "reflex_id": reflex.reflex_id,
        "org_id": reflex.org_id,
        "skill_id": chosen.skill_id,
        "label": chosen.label,
        "name": chosen.name,
        "trigger_type": chosen.trigger.type.value,
        "trigger_config": json_text(chosen.trigger.config),
        "conditions": None if chosen.conditions is None else json_text(chosen.conditions),
        "condition": chosen.condition,
        "input": json_text(chosen.input),
        "debounce": rules.debounce,
        "throttle": rules.throttle,
        "dedupe_key": rules.dedupe_key,
        "dedupe_window": rules.dedupe_window,
        "pause_after": chosen.pause_after,
        "is_active": reflex.is_active,
        "active_since": reflex.active_since,
        "revision": reflex.revision,
        "consecutive_failures": reflex.consecutive_failures,
        "last_error_message": reflex.last_error_message,
        "paused_at": reflex.paused_at,
        "paused_because": reflex.paused_because,
        "created_by": reflex.created_by,
        "created_at": reflex.created_at,
        "updated_at": reflex.updated_at,
    }


def listed_of(row: Row) -> Listed:
    """Return a row with its skill as a listed reflex."""
    return Listed(
        reflex_of(row),
        row.skill_name,
        row.skill_category,
        row.skill_is_active,
        row.trigger_count,
        row.last_triggered_at,
    )


def event_of(row: Row) -> Event:
    """Return a row as an event."""
    return Event(
        event_id=row.event_id,
        reflex_id=row.reflex_id,
        source=Source(row.source),
        source_id=row.source_id,
        received_at=row.received_at,
        at=row.at,
        payload=row.payload,
        state=EventState(row.state),
        trace=row.trace,
        dedupe_value=row.dedupe_value,
        execution_id=row.execution_id,
        decided_at=row.decided_at,
    )


def run_of(row: Row) -> Run:
    """Return a row as an execution in short."""
    return Run(
        row.execution_id,
        row.status,
        row.execution_type,
        row.error_code,
        row.error_message,
        row.at,
        row.created_at,
        row.started_at,
        row.ended_at,
    )
