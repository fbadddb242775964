"""Reflexes on the wire."""

from typing import Any
from uuid import UUID

import msgspec

from playhead.automation.executions import EXECUTION_PREFIX
from playhead.automation.reflexes.model import (
    EVENT_PREFIX,
    REFLEX_PREFIX,
    Event,
    TriggerType,
)
from playhead.automation.reflexes.reading.model import Counts, Overview
from playhead.automation.reflexes.rehearsing import Rehearsed
from playhead.automation.reflexes.tables import Listed, Run
from playhead.automation.reflexes.try_out import Trial
from playhead.automation.reflexes.webhooks.receive import Received
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import format_id
from playhead.web.wire import Instant, Wire, instant, instant_text

MICROS_PER_MILLI = 1000


class ReflexSkill(Wire, frozen=True):
    """The skill that a reflex runs."""

    id: str
    name: str
    category: str
    is_active: bool


class ReflexView(Wire, frozen=True):
    """A reflex.

    Attributes:
        label: Of the version that runs; null: the newest.
        condition: In CEL; null: every event matches. `conditions` is the same as it was given.
        trigger_count: How often it fired.
        webhook_url: Where to send webhooks, if it is set off by them.
    """

    id: str
    name: str | None
    skill_id: str
    skill: ReflexSkill
    label: str | None
    trigger_type: str
    trigger_config: dict[str, Any]
    condition: str | None
    conditions: dict[str, Any] | None
    input: dict[str, Any]
    debounce_ms: int
    throttle_ms: int
    dedupe_key: str | None
    dedupe_window_ms: int
    pause_after: int
    is_active: bool
    trigger_count: int
    last_triggered_at: Instant | None
    consecutive_failures: int
    last_error_message: str | None
    paused_at: Instant | None
    paused_because: str | None
    webhook_url: str | None
    created_by: str
    created_at: Instant
    updated_at: Instant


class NewReflexView(ReflexView, frozen=True):
    """A new reflex. `webhook_secret` signs its webhooks: keep it now, it is not shown again."""

    webhook_secret: str | None


class ReflexEventView(Wire, frozen=True):
    """What reached a reflex, and what came of it.

    Attributes:
        state: `received`, `waiting` (for the quiet of a debounce), `fired`, `not_fired`, `failed`.
        because: Why: `fired`, `not_matched`, `debounced`, `throttled`, `duplicate` ...
        trace: What was looked at, and what it came to.
    """

    id: str
    reflex_id: str
    source: str
    source_id: str
    received_at: Instant
    at: Instant
    payload: dict[str, Any]
    state: str
    because: str | None
    trace: dict[str, Any]
    execution_id: str | None
    decided_at: Instant | None


class ReflexRunView(Wire, frozen=True):
    """An execution of a reflex, in short."""

    id: str
    status: str
    execution_type: str
    error_code: str | None
    error_message: str | None
    at: Instant
    created_at: Instant
    started_at: Instant | None
    ended_at: Instant | None


class FullReflexView(ReflexView, frozen=True):
    """A reflex with the newest of what reached it and of what it ran."""

    recent_events: list[ReflexEventView]
    recent_executions: list[ReflexRunView]


class ReflexPage(Wire, frozen=True):
    """One page of reflexes, the newest first. By number a page tells its total."""

    data: list[ReflexView]
    has_more: bool
    next_cursor: str | None = None
    total: int | None = None
    page: int | None = None
    page_size: int | None = None


class ReflexEventPage(Wire, frozen=True):
    """One page of what reached a reflex, the newest first."""

    data: list[ReflexEventView]
    has_more: bool
    next_cursor: str | None = None
    total: int | None = None
    page: int | None = None
    page_size: int | None = None


class ReflexRunPage(Wire, frozen=True):
    """One page of the executions of a reflex, the newest first."""

    data: list[ReflexRunView]
    has_more: bool
    next_cursor: str | None = None
    total: int | None = None
    page: int | None = None
    page_size: int | None = None


class ReflexTrialView(Wire, frozen=True):
    """What an event would come to.

    Attributes:
        because: Why it would fire now or not; `waiting`: after the quiet of its debounce.
        execution_id: What was started, if that was asked for.
    """

    reflex_id: str
    trigger_type: str
    matched: bool
    would_execute_skill: bool
    because: str
    trace: dict[str, Any]
    event_data: dict[str, Any]
    execution_id: str | None


class ReflexSecretView(Wire, frozen=True):
    """A new secret: keep it now, it is not shown again."""

    webhook_secret: str
    webhook_url: str


class ReflexWebhookView(Wire, frozen=True):
    """How to send a webhook to a reflex."""

    reflex_id: str
    url: str
    method: str
    headers: dict[str, str]
    sample_payload: dict[str, Any]
    signing: str


class ReflexReceived(Wire, frozen=True):
    """The event was taken; `status` is `received`, or `duplicate` where its id had come before."""

    status: str
    event_id: str | None


class ReflexStats(Wire, frozen=True):
    """What has come of a reflex; `success_rate` is of its runs that ended, from 0 to 1."""

    reflex_id: str
    is_active: bool
    trigger_count: int
    last_triggered_at: Instant | None
    consecutive_failures: int
    events_by_state: dict[str, int]
    events_by_reason: dict[str, int]
    executions_by_status: dict[str, int]
    success_rate: float | None


class RecentTrigger(Wire, frozen=True):
    """An event that fired."""

    event_id: str
    reflex_id: str
    trigger_type: str
    at: Instant
    execution_id: str | None


class ReflexOverview(Wire, frozen=True):
    """What has come of all reflexes; `success_rate` is of runs that ended, from 0 to 1."""

    total_reflexes: int
    active_reflexes: int
    failed_reflexes: int
    total_triggers: int
    success_rate: float | None
    reflexes_by_type: dict[str, int]
    triggers_by_type: dict[str, int]
    recent_triggers: list[RecentTrigger]


class FiringView(Wire, frozen=True):
    """When a reflex would have fired, and with what; `execution_id` where that was run now."""

    at: Instant
    ticker: str
    source_id: str
    event: dict[str, Any]
    facts: dict[str, Any]
    execution_id: str | None


class UnknownView(Wire, frozen=True):
    """A stretch in which a market's book was not known: nothing could fire there."""

    ticker: str
    since: Instant = msgspec.field(name="from")
    until: Instant = msgspec.field(name="to")
    cause: str


class RehearsalView(Wire, frozen=True):
    """What a reflex would have done in `[from, to)`. Nothing was run unless that was asked for.

    Attributes:
        to: Where it stopped; before what was asked for if there were more firings (`has_more`).
        matched: How often the condition came to hold; `not_fired` tells what became of the rest.
        looked_at: How many changes, trades and changes of status of the tape.
    """

    since: Instant = msgspec.field(name="from")
    until: Instant = msgspec.field(name="to")
    firings: list[FiringView]
    has_more: bool
    matched: int
    not_fired: dict[str, int]
    looked_at: int
    unknown: list[UnknownView]


def reflex_view(listed: Listed, public_url: str) -> ReflexView:
    """Return a reflex as it is sent."""
    return ReflexView(**_reflex_fields(listed, public_url))


def new_reflex_view(listed: Listed, public_url: str, secret: str | None) -> NewReflexView:
    """Return a new reflex as it is sent, this once, with its secret."""
    return NewReflexView(**_reflex_fields(listed, public_url), webhook_secret=secret)


def full_reflex_view(
    listed: Listed, events: list[Event], runs: list[Run], public_url: str
) -> FullReflexView:
    """Return a reflex with its newest events and executions."""
    return FullReflexView(
        **_reflex_fields(listed, public_url),
        recent_events=[event_view(event) for event in events],
        recent_executions=[run_view(run) for run in runs],
    )


def received_view(received: Received) -> ReflexReceived:
    """Return what became of an event that was sent."""
    if received.is_repeat:
        return ReflexReceived(status="duplicate", event_id=None)
    return ReflexReceived(status="received", event_id=format_id(EVENT_PREFIX, received.event_id))


def secret_view(reflex_id: UUID, secret: str, public_url: str) -> ReflexSecretView:
    """Return a new secret as it is sent, this once."""
    return ReflexSecretView(webhook_secret=secret, webhook_url=_url(reflex_id, public_url))


def _url(reflex_id: UUID, public_url: str) -> str:
    return f"{public_url}/api/v1/webhooks/reflexes/{format_id(REFLEX_PREFIX, reflex_id)}"


def _reflex_fields(listed: Listed, public_url: str) -> dict[str, Any]:
    reflex, chosen = listed.reflex, listed.reflex.chosen
    skill_id = format_id(SKILL_PREFIX, chosen.skill_id)
    return {
        "id": format_id(REFLEX_PREFIX, reflex.reflex_id),
        "name": chosen.name,
        "skill_id": skill_id,
        "skill": ReflexSkill(
            id=skill_id,
            name=listed.skill_name,
            category=listed.skill_category,
            is_active=listed.skill_is_active,
        ),
        "label": chosen.label,
        "trigger_type": chosen.trigger.type.value,
        "trigger_config": dict(chosen.trigger.config),
        "condition": chosen.condition,
        "conditions": None if chosen.conditions is None else dict(chosen.conditions),
        "input": dict(chosen.input),
        "debounce_ms": chosen.rules.debounce // MICROS_PER_MILLI,
        "throttle_ms": chosen.rules.throttle // MICROS_PER_MILLI,
        "dedupe_key": chosen.rules.dedupe_key,
        "dedupe_window_ms": chosen.rules.dedupe_window // MICROS_PER_MILLI,
        "pause_after": chosen.pause_after,
        "is_active": reflex.is_active,
        "trigger_count": listed.trigger_count,
        "last_triggered_at": instant(listed.last_triggered_at),
        "consecutive_failures": reflex.consecutive_failures,
        "last_error_message": reflex.last_error_message,
        "paused_at": instant(reflex.paused_at),
        "paused_because": reflex.paused_because,
        "webhook_url": webhook_url(listed, public_url),
        "created_by": reflex.created_by,
        "created_at": instant_text(reflex.created_at),
        "updated_at": instant_text(reflex.updated_at),
    }


def webhook_url(listed: Listed, public_url: str) -> str | None:
    """Return where webhooks for a reflex go, if they set it off."""
    if listed.reflex.chosen.trigger.type is not TriggerType.WEBHOOK:
        return None
    return _url(listed.reflex.reflex_id, public_url)


def event_view(event: Event) -> ReflexEventView:
    """Return an event as it is sent."""
    trace = dict(event.trace)
    because = trace.get("because")
    return ReflexEventView(
        id=format_id(EVENT_PREFIX, event.event_id),
        reflex_id=format_id(REFLEX_PREFIX, event.reflex_id),
        source=event.source.value,
        source_id=event.source_id,
        received_at=instant_text(event.received_at),
        at=instant_text(event.at),
        payload=dict(event.payload),
        state=event.state.value,
        because=because if isinstance(because, str) else None,
        trace=trace,
        execution_id=_execution(event.execution_id),
        decided_at=instant(event.decided_at),
    )


def _execution(started: UUID | None) -> str | None:
    return None if started is None else format_id(EXECUTION_PREFIX, started)


def run_view(run: Run) -> ReflexRunView:
    """Return an execution in short as it is sent."""
    return ReflexRunView(
        id=format_id(EXECUTION_PREFIX, run.execution_id),
        status=run.status,
        execution_type=run.execution_type,
        error_code=run.error_code,
        error_message=run.error_message,
        at=instant_text(run.at),
        created_at=instant_text(run.created_at),
        started_at=instant(run.started_at),
        ended_at=instant(run.ended_at),
    )


def trial_view(trial: Trial) -> ReflexTrialView:
    """Return what an event would come to as it is sent."""
    reflex = trial.listed.reflex
    return ReflexTrialView(
        reflex_id=format_id(REFLEX_PREFIX, reflex.reflex_id),
        trigger_type=reflex.chosen.trigger.type.value,
        matched=trial.matched,
        would_execute_skill=trial.would_fire,
        because=trial.because.value,
        trace=dict(trial.trace),
        event_data=dict(trial.event),
        execution_id=_execution(trial.execution_id),
    )


def stats_view(listed: Listed, counts: Counts) -> ReflexStats:
    """Return what has come of a reflex as it is sent."""
    reflex, runs = listed.reflex, counts.executions
    completed = runs.get("completed", 0)
    return ReflexStats(
        reflex_id=format_id(REFLEX_PREFIX, reflex.reflex_id),
        is_active=reflex.is_active,
        trigger_count=listed.trigger_count,
        last_triggered_at=instant(listed.last_triggered_at),
        consecutive_failures=reflex.consecutive_failures,
        events_by_state=dict(counts.events),
        events_by_reason=dict(counts.reasons),
        executions_by_status=dict(runs),
        success_rate=_share(completed, completed + runs.get("failed", 0)),
    )


def overview_view(overview: Overview) -> ReflexOverview:
    """Return what has come of all reflexes as it is sent."""
    return ReflexOverview(
        total_reflexes=sum(overview.reflexes.values()),
        active_reflexes=overview.active,
        failed_reflexes=overview.failing,
        total_triggers=sum(overview.fired.values()),
        success_rate=_share(overview.completed, overview.ended),
        reflexes_by_type=dict(overview.reflexes),
        triggers_by_type=dict(overview.fired),
        recent_triggers=[
            RecentTrigger(
                event_id=format_id(EVENT_PREFIX, event.event_id),
                reflex_id=format_id(REFLEX_PREFIX, event.reflex_id),
                trigger_type=event.source.value,
                at=instant_text(event.at),
                execution_id=_execution(event.execution_id),
            )
            for event in overview.recent
        ],
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def rehearsal_view(rehearsed: Rehearsed) -> RehearsalView:
    """Return what a reflex would have done as it is sent."""
    rehearsal, executions = rehearsed.rehearsal, rehearsed.executions
    return RehearsalView(
        since=instant_text(rehearsal.since),
        until=instant_text(rehearsal.until),
        firings=[
            FiringView(
                at=instant_text(firing.at),
                ticker=firing.ticker,
                source_id=firing.source_id,
                event=dict(firing.payload),
                facts=dict(firing.facts),
                execution_id=_execution(executions.get(firing.source_id)),
            )
            for firing in rehearsal.firings
        ],
        has_more=rehearsal.has_more,
        matched=rehearsal.matched,
        not_fired=dict(rehearsal.not_fired),
        looked_at=rehearsal.looked_at,
        unknown=[
            UnknownView(
                ticker=each.ticker,
                since=instant_text(each.since),
                until=instant_text(each.until),
                cause=each.cause,
            )
            for each in rehearsal.unknown
        ],
    )
