"""Habits: skills that run by a schedule. Each tick of it is decided once, with a reason."""

from playhead.automation.habits.errors import (
    HABIT_PREFIX,
    HabitNotFound,
    ScheduleInvalid,
    TimezoneUnknown,
    TooManyHabits,
)
from playhead.automation.habits.firing.firer import HabitFirer
from playhead.automation.habits.firing.planner import HabitPlanner
from playhead.automation.habits.firing.witness import HabitWitness

__all__ = [
    "HABIT_PREFIX",
    "HabitFirer",
    "HabitNotFound",
    "HabitPlanner",
    "HabitWitness",
    "ScheduleInvalid",
    "TimezoneUnknown",
    "TooManyHabits",
]
