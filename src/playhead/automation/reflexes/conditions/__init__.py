"""Conditions in CEL: checked when they are saved, bounded when they are run."""

from playhead.automation.reflexes.conditions.condition import (
    Judgement,
    Key,
    Program,
    compile_condition,
    compile_key,
)
from playhead.automation.reflexes.conditions.errors import ConditionInvalid
from playhead.automation.reflexes.conditions.kinds import EVENT_KINDS, Kind, Kinds
from playhead.automation.reflexes.conditions.mentions import bounded, mentioned

__all__ = [
    "EVENT_KINDS",
    "ConditionInvalid",
    "Judgement",
    "Key",
    "Kind",
    "Kinds",
    "Program",
    "bounded",
    "compile_condition",
    "compile_key",
    "mentioned",
]
