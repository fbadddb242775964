"""Which ticks of a habit get their row, and how far they reach then. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from playhead.automation.habits.model import HORIZON, LONGEST_WINDOW, due_at
from playhead.automation.habits.schedule import Schedule
from playhead.base.time import Micros


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A habit that is to be planned.

    Attributes:
        planned_to: Every tick up to here has its row, or never gets one.
        number: Which of the habit's schedules this is.
    """

    habit_id: UUID
    schedule: Schedule
    jitter: int
    planned_to: Micros
    number: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Ticks of one habit, each with when it is due, and how far they reach.

    Attributes:
        planned_to: The next tick after them comes one microsecond later.
    """

    habit: Unplanned
    ticks: Sequence[tuple[Micros, Micros]]
    planned_to: Micros


def plan(habit: Unplanned, now: Micros) -> Plan:
    """Return the ticks of ``habit`` up to five minutes ahead of ``now``.

    The plan reaches as far as it can, to just before the first tick without a row: who runs once a
    day is planned once a day. All that was missed is in one plan, so that one decision is made of
    it; what was missed more than a week ago is left out.
    """
    ticks: list[tuple[Micros, Micros]] = []
    since = max(habit.planned_to, Micros(now - LONGEST_WINDOW))
    for tick in habit.schedule.ticks(since):
        if tick > now + HORIZON:
            return Plan(habit, ticks, Micros(tick - 1))
        ticks.append((tick, due_at(habit.habit_id, tick, habit.jitter)))
    # No tick for fifty years: what it says of a year that far is no promise.
    return Plan(habit, ticks, Micros(now + LONGEST_WINDOW))
