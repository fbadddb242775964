"""What refers to a skill: its habits, reflexes and executions, to be shown with it.

Those features stand on this one, so it cannot ask them; it only counts and lists their rows.
"""

from playhead.automation.skills.relations.model import (
    HabitOfSkill,
    Ran,
    ReflexOfSkill,
    Relations,
)
from playhead.automation.skills.relations.repository import RelationRows

__all__ = ["HabitOfSkill", "Ran", "ReflexOfSkill", "RelationRows", "Relations"]
