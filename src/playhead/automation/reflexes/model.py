"""Reflexes as values: what sets them off, what decides, what reached them. Frozen, pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

from playhead.base.time import MICROS_PER_SECOND, Micros

REFLEX_PREFIX = "rfx"
EVENT_PREFIX = "rfe"
JOB_KIND = "reflex_event"
MOST_DEPTH = 5
"""So many executions may cause one another by events; what would be the next is not started."""

MOST_CHAINED = 60
"""So many a minute may one reflex start because of executions that other reflexes started: ten that
hear of each other would make a hundred thousand executions of one."""

DAY: Final = Micros(86_400 * MICROS_PER_SECOND)
LONGEST_ERROR = 500
NONE: Final = Micros(0)


class TriggerType(StrEnum):
    """What sets a reflex off; also where an event came from."""

    WEBHOOK = "webhook"
    EVENT = "event"
    MARKET = "market"
    API_CALL = "api_call"


Source = TriggerType


class EventState(StrEnum):
    """What has become of an event. ``WAITING`` is that of one that is debounced."""

    RECEIVED = "received"
    WAITING = "waiting"
    FIRED = "fired"
    NOT_FIRED = "not_fired"
    FAILED = "failed"


class EventName(StrEnum):
    """What happens inside, and can set reflexes off."""

    EXECUTION_COMPLETED = "execution.completed"
    EXECUTION_FAILED = "execution.failed"
    EXECUTION_CANCELLED = "execution.cancelled"
    HABIT_PAUSED = "habit.paused"
    REFLEX_PAUSED = "reflex.paused"
    GAP_OPENED = "gap.opened"


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides, once a condition has matched. Spans are in microseconds; 0 is none.

    Attributes:
        debounce: An event waits until no other has matched for so long; the newest is the one.
        throttle: Between two firings at least.
        dedupe_key: In CEL; of events with an equal value within ``dedupe_window`` one fires.
    """

    debounce: Micros = NONE
    throttle: Micros = NONE
    dedupe_key: str | None = None
    dedupe_window: Micros = DAY


@dataclass(frozen=True, slots=True)
class Trigger:
    """What sets a reflex off; ``config`` is as its type checks it, without any secret."""

    type: TriggerType
    config: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What can be chosen about a reflex.

    Attributes:
        label: Whose version of the skill runs; None: the newest.
        conditions: As they were given in the form of filters, if they were.
        condition: In CEL; None: every event matches.
        input: What the skill is given, beside the event itself.
        pause_after: So many failures in a row pause the reflex.
    """

    skill_id: UUID
    trigger: Trigger
    name: str | None = None
    label: str | None = None
    conditions: Mapping[str, object] | None = None
    condition: str | None = None
    input: Mapping[str, object] = field(default_factory=dict)
    rules: Rules = Rules()
    pause_after: int = 3


@dataclass(frozen=True, slots=True)
class Reflex:
    """A reflex.

    Attributes:
        revision: Counts changes of what decides.
        active_since: Events before it concern nobody; None while it is not active.
        paused_because: Why it was paused by itself.
    """

    reflex_id: UUID
    org_id: UUID
    chosen: Chosen
    is_active: bool
    revision: int
    active_since: Micros | None
    created_by: str
    created_at: Micros
    updated_at: Micros
    consecutive_failures: int = 0
    last_error_message: str | None = None
    paused_at: Micros | None = None
    paused_because: str | None = None

    @property
    def label_of_people(self) -> str:
        """The name that people know it by, or what sets it off."""
        return self.chosen.name or f"on {self.chosen.trigger.type}"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that concerns a reflex.

    Attributes:
        source_id: The sender's own id of it: the same again is a repeat.
        at: When it happened: the instant that templates look at.
        payload: JSON; what templates and conditions see as ``event``.
        trace: What is known already of why it fires: of a market, the facts that matched.
        dedupe_value: The value of the reflex's key, where whoever brings the event has told it.
    """

    event_id: UUID
    reflex_id: UUID
    source: Source
    source_id: str
    at: Micros
    payload: Mapping[str, object]
    trace: Mapping[str, object] = field(default_factory=dict)
    dedupe_value: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """What reached a reflex, and what came of it; ``trace`` says why it fired or did not."""

    event_id: UUID
    reflex_id: UUID
    source: Source
    source_id: str
    received_at: Micros
    at: Micros
    payload: Mapping[str, object]
    state: EventState
    trace: Mapping[str, object]
    dedupe_value: str | None = None
    execution_id: UUID | None = None
    decided_at: Micros | None = None
