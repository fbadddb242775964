"""What refers to a skill, as values."""

from dataclasses import dataclass
from uuid import UUID

from playhead.base.time import Micros


@dataclass(frozen=True, slots=True)
class Ran:
    """An execution of a skill, in short."""

    execution_id: UUID
    version: int | None
    execution_type: str
    status: str
    error_code: str | None
    created_at: Micros
    started_at: Micros | None
    ended_at: Micros | None


@dataclass(frozen=True, slots=True)
class HabitOfSkill:
    """A habit that runs a skill, in short."""

    habit_id: UUID
    schedule_cron: str
    schedule_description: str | None
    timezone: str
    label: str | None
    is_active: bool
    consecutive_failures: int
    created_at: Micros


@dataclass(frozen=True, slots=True)
class ReflexOfSkill:
    """A reflex that runs a skill, in short; nothing of its trigger but the kind."""

    reflex_id: UUID
    name: str | None
    trigger_type: str
    label: str | None
    is_active: bool
    consecutive_failures: int
    created_at: Micros


@dataclass(frozen=True, slots=True)
class Relations:
    """What refers to a skill.

    Attributes:
        habit_count: How many habits, whether they are listed or not; likewise of reflexes.
        habits: The newest first; likewise of reflexes and executions.
    """

    habit_count: int
    reflex_count: int
    executions: tuple[Ran, ...]
    habits: tuple[HabitOfSkill, ...] = ()
    reflexes: tuple[ReflexOfSkill, ...] = ()
