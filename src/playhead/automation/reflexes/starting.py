"""The execution that an event starts. Pure."""

from collections.abc import Mapping
from uuid import UUID

from playhead.automation.executions import DEPTH, ExecutionType, NewExecution
from playhead.automation.reflexes.conditions.paths import ABSENT, walk
from playhead.automation.reflexes.model import (
    EVENT_PREFIX,
    REFLEX_PREFIX,
    Chosen,
    Event,
    Reflex,
)
from playhead.base.ids import format_id

FROM_EVENT = "$event"
"""``{"$event": "order.id"}`` as a value of a reflex's input stands for that value of the event."""


def execution_of(
    reflex: Reflex, event: Event, *, type: ExecutionType = ExecutionType.REFLEX
) -> NewExecution:
    """Return the execution of ``event``. It has the event's own id: an event starts one, once."""
    return NewExecution(
        execution_id=event.event_id,
        skill_id=reflex.chosen.skill_id,
        given=given_of(reflex.chosen, event.payload),
        type=type,
        created_by=reflex.created_by,
        at=event.at,
        label=reflex.chosen.label,
        reference_id=reflex.reflex_id,
        trigger=_trigger(reflex.reflex_id, event),
    )


def depth_of(event: Event) -> int:
    """Return how many executions led to ``event``."""
    depth = event.trace.get(DEPTH)
    return depth if isinstance(depth, int) else 0


def given_of(chosen: Chosen, payload: Mapping[str, object]) -> dict[str, object]:
    """Return the skill's input: what was chosen, with the values of the event put in.

    What the event does not have is left out, so that the skill's own default stands in for it.
    """
    given = {name: _filled(value, payload) for name, value in chosen.input.items()}
    return {name: value for name, value in given.items() if value is not ABSENT}


def _filled(value: object, payload: Mapping[str, object]) -> object:
    if isinstance(value, Mapping) and value.keys() == {FROM_EVENT}:
        path = value[FROM_EVENT]
        return walk(payload, path) if isinstance(path, str) else value
    return value


def _trigger(reflex_id: UUID, event: Event) -> dict[str, object]:
    return {
        DEPTH: depth_of(event),
        "source": event.source.value,
        "reflex_id": format_id(REFLEX_PREFIX, reflex_id),
        "event_id": format_id(EVENT_PREFIX, event.event_id),
        "event": event.payload,
    }
