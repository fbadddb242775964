"""Judge one event by a reflex's condition and key. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from playhead.automation.reflexes.conditions import (
    ConditionInvalid,
    Key,
    compile_condition,
    compile_key,
    mentioned,
)
from playhead.automation.reflexes.model import Chosen
from playhead.automation.reflexes.variables import kinds_of


@dataclass(frozen=True, slots=True)
class Judged:
    """What condition and key came to; ``trace`` tells it to people."""

    matched: bool
    key: Key
    trace: dict[str, object]


def judge(chosen: Chosen, facts: Mapping[str, object]) -> Judged:
    """Return whether ``facts`` match what was chosen, and their key; it never raises.

    Args:
        facts: The variables by name: ``event`` and ``at``, or those of a market.
    """
    kinds = kinds_of(chosen.trigger.type)
    matched, trace = True, dict[str, object]()
    if chosen.condition is not None:
        try:
            verdict = compile_condition(chosen.condition, kinds).judge(facts)
            matched, reason = verdict.matched, verdict.reason
        except ConditionInvalid as error:  # saved by a version that understood it
            matched, reason = False, error.message
        trace["condition"] = {
            "source": chosen.condition,
            "value": matched,
            "reason": reason,
            "values": mentioned(chosen.condition, facts),
        }
    key = key_of(chosen, facts) if matched else Key(None)
    if chosen.rules.dedupe_key is not None and matched:
        trace["dedupe"] = {
            "source": chosen.rules.dedupe_key,
            "value": key.text,
            "reason": key.reason,
        }
    return Judged(matched, key, trace)


def key_of(chosen: Chosen, facts: Mapping[str, object]) -> Key:
    """Return the value of the reflex's key of ``facts``; of none where it has none."""
    if chosen.rules.dedupe_key is None:
        return Key(None)
    try:
        return compile_key(chosen.rules.dedupe_key, kinds_of(chosen.trigger.type)).key(facts)
    except ConditionInvalid as error:
        return Key(None, error.message)
