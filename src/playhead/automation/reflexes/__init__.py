"""Reflexes: a skill runs when something happens; a webhook, an event, a change of a market."""

from playhead.automation.reflexes.conditions import ConditionInvalid
from playhead.automation.reflexes.desk import ReflexDesk
from playhead.automation.reflexes.events import News, broadcast, emit, note_events
from playhead.automation.reflexes.forget import forget_events
from playhead.automation.reflexes.handler import ReflexEventHandler
from playhead.automation.reflexes.model import (
    JOB_KIND,
    REFLEX_PREFIX,
    EventName,
    NewEvent,
    Reflex,
    Source,
)
from playhead.automation.reflexes.rehearsing import Firing, Rehearsal, Rehearsing
from playhead.automation.reflexes.webhooks import MOST_BYTES, WEBHOOKS_PATH
from playhead.automation.reflexes.witness import ReflexWitness

__all__ = [
    "JOB_KIND",
    "MOST_BYTES",
    "REFLEX_PREFIX",
    "WEBHOOKS_PATH",
    "ConditionInvalid",
    "EventName",
    "Firing",
    "NewEvent",
    "News",
    "Reflex",
    "ReflexDesk",
    "ReflexEventHandler",
    "ReflexWitness",
    "Rehearsal",
    "Rehearsing",
    "Source",
    "broadcast",
    "emit",
    "forget_events",
    "note_events",
]
