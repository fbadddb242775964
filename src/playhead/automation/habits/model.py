"""Habits as values, and what follows from them alone. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from playhead.automation.habits.schedule import Schedule
from playhead.base.ids import new_uuid
from playhead.base.time import MICROS_PER_SECOND, Micros

SECOND: Final = MICROS_PER_SECOND
DAY: Final = 86_400 * SECOND
GRACE: Final = 60 * SECOND
"""A tick that is found later than this was missed: nobody was there to fire it."""
HORIZON: Final = 300 * SECOND
"""So far ahead ticks are planned."""
LONGEST_WINDOW: Final = 7 * DAY
"""What was missed longer ago than this is not made up for, and not recorded one by one."""
LONGEST_JITTER: Final = 3600 * SECOND
KEPT: Final = 90 * DAY
"""So long occurrences are kept."""
RECHECK: Final = 5 * SECOND
"""A tick that waits for a run to end is looked at this often, whoever forgets to release it."""


class Overlap(StrEnum):
    """What happens to a tick while a run of the habit goes on."""

    SKIP = "skip"
    BUFFER_ONE = "buffer_one"
    ALLOW = "allow"
    CANCEL_OLD = "cancel_old"


class Misfire(StrEnum):
    """What happens to ticks that nobody was there to fire."""

    SKIP = "skip"
    RUN_ONCE = "run_once"
    RUN_ALL = "run_all"


class State(StrEnum):
    """What became of a tick. The first two are not final."""

    PLANNED = "planned"
    BUFFERED = "buffered"
    FIRED = "fired"
    LATE = "late"
    SKIPPED = "skipped"
    COALESCED = "coalesced"
    EXPIRED = "expired"


class Reason(StrEnum):
    """Why that became of it."""

    ON_TIME = "on_time"
    RELEASED = "released"
    MADE_UP = "made_up"
    STILL_RUNNING = "still_running"
    ANOTHER_WAITS = "another_waits"
    NEWER_RUNS = "newer_runs"
    MISSED = "missed"
    TOO_OLD = "too_old"
    TOO_MANY = "too_many"
    HABIT_INACTIVE = "habit_inactive"
    SKILL_INACTIVE = "skill_inactive"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Policy:
    """What is done where a tick and a run, or an absence of workers, meet.

    Attributes:
        misfire_most: How many missed ticks `Misfire.RUN_ALL` makes up for at once.
        misfire_window: Microseconds; what was missed longer ago has expired.
        jitter: Microseconds that a tick is put off at most.
        pause_after: Failures in a row that pause the habit.
    """

    overlap: Overlap = Overlap.SKIP
    misfire: Misfire = Misfire.RUN_ONCE
    misfire_most: int = 10
    misfire_window: int = DAY
    jitter: int = 0
    pause_after: int = 3


@dataclass(frozen=True, slots=True)
class HabitSettings:
    """What can be chosen about a habit.

    Attributes:
        label: Of the version to run; None: the newest.
        description: In somebody's words; None: in ours.
        config: The input of each run.
    """

    skill_id: UUID
    schedule: Schedule
    policy: Policy
    label: str | None
    description: str | None
    config: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SkillBrief:
    """The skill of a habit, as lists of habits show it."""

    skill_id: UUID
    name: str
    category: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Habit:
    """A habit as it is shown.

    Attributes:
        next_run_at: By the plan, jitter left out; None while it is inactive.
        run_count: Executions that it has started and that are kept.
    """

    habit_id: UUID
    settings: HabitSettings
    skill: SkillBrief
    is_active: bool
    consecutive_failures: int
    last_error_message: str | None
    paused_at: Micros | None
    paused_because: str | None
    created_by: str
    created_at: Micros
    updated_at: Micros
    next_run_at: Micros | None = None
    last_run_at: Micros | None = None
    run_count: int = 0


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A tick and what became of it.

    Attributes:
        reason: One of `Reason`, and after a colon the code of an error; None: nothing yet.
    """

    tick: Micros
    due_at: Micros
    state: State
    reason: str | None
    execution_id: UUID | None
    decided_at: Micros | None


@dataclass(frozen=True, slots=True)
class Runs:
    """How executions that habits started have ended.

    Attributes:
        average_duration: Microseconds, of those that completed; None: none has.
    """

    total: int
    completed: int
    failed: int
    cancelled: int
    unfinished: int
    average_duration: int | None
    last_run_at: Micros | None

    @property
    def success_rate(self) -> float | None:
        """Of those that completed or failed, the share that completed; None: there are none."""
        judged = self.completed + self.failed
        return round(self.completed / judged, 4) if judged else None


@dataclass(frozen=True, slots=True)
class Overview:
    """How many habits an organisation has, and how they fare."""

    total: int
    active: int
    paused: int
    failing: int


def due_at(habit_id: UUID, tick: Micros, jitter: int) -> Micros:
    """Return when a tick is due: the same moment within ``jitter`` whoever asks."""
    return Micros(tick + int.from_bytes(_digest(habit_id, tick)[:8]) % (jitter + 1))


def execution_id(habit_id: UUID, tick: Micros) -> UUID:
    """Return the id of the execution of a tick: a second one would collide with the first."""
    noise = int.from_bytes(_digest(habit_id, tick)[8:])
    return new_uuid(tick, lambda bits: noise >> (62 if bits < 62 else 0) & ((1 << bits) - 1))


def _digest(habit_id: UUID, tick: Micros) -> bytes:
    return hashlib.sha256(habit_id.bytes + tick.to_bytes(8)).digest()
