"""What the conditions of each kind of reflex may name."""

from playhead.automation.reflexes.conditions import EVENT_KINDS, Kinds
from playhead.automation.reflexes.market.facts import MARKET_KINDS
from playhead.automation.reflexes.model import TriggerType


def kinds_of(trigger: TriggerType) -> Kinds:
    """Return the variables of a condition on such a trigger."""
    return MARKET_KINDS if trigger is TriggerType.MARKET else EVENT_KINDS
