"""What may be chosen about a reflex, checked before it is saved."""

from dataclasses import replace

from playhead.automation.reflexes.conditions import ConditionInvalid, compile_condition, compile_key
from playhead.automation.reflexes.errors import (
    ConditionsAmbiguous,
    EventInvalid,
    EventTooLarge,
    ReflexInputInvalid,
)
from playhead.automation.reflexes.filters import as_cel
from playhead.automation.reflexes.model import Chosen, TriggerType
from playhead.automation.reflexes.variables import kinds_of
from playhead.automation.reflexes.webhooks.body import check_event


def checked(chosen: Chosen) -> Chosen:
    """Return what was chosen with its condition in CEL, all of it compiled once.

    Where ``conditions`` are given, the condition is made of them.

    Raises:
        ConditionInvalid: A condition, or the key, is none on such a trigger.
        ReflexInputInvalid: Something among it cannot be kept.
    """
    check_kept(chosen)
    field = "condition"
    if chosen.conditions is not None:
        field = "conditions"
        if chosen.trigger.type is TriggerType.MARKET:
            raise ConditionInvalid(
                "on a market write condition, in CEL: filters have no prices", field=field
            )
        chosen = replace(chosen, condition=as_cel(chosen.conditions))
    kinds = kinds_of(chosen.trigger.type)
    if chosen.condition is not None:
        compile_condition(chosen.condition, kinds, field=field)
    if chosen.rules.dedupe_key is not None:
        compile_key(chosen.rules.dedupe_key, kinds)
    return chosen


def check_kept(chosen: Chosen) -> None:
    """Return if what was chosen can be kept.

    Raises:
        ReflexInputInvalid: It is nested too deeply, too large, or holds a text or number that
            cannot be.
    """
    for field, value in (("input", chosen.input), ("conditions", chosen.conditions or {})):
        try:
            check_event(value)
        except (EventInvalid, EventTooLarge) as error:
            raise ReflexInputInvalid(field, error.message) from error


def one_of(condition: object, conditions: object) -> None:
    """Return unless both forms of a condition are given.

    Raises:
        ConditionsAmbiguous: They are.
    """
    if condition is not None and conditions is not None:
        raise ConditionsAmbiguous
