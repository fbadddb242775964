"""Habits on the wire."""

from collections.abc import Mapping, Sequence
from typing import Any

from playhead.automation.executions import EXECUTION_PREFIX, Execution, ExecutionRow, execution_row
from playhead.automation.habits.errors import HABIT_PREFIX, ScheduleInvalid, TimezoneUnknown
from playhead.automation.habits.model import SECOND, Habit, Occurrence, Overview, Runs, State
from playhead.automation.habits.preview import Preview, preview
from playhead.automation.habits.run_now import RunStarted
from playhead.automation.habits.schedule import Run, Schedule, describe
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.web.wire import Instant, Wire, instant, instant_text

UPCOMING = 5
_MILLI = 1000


class HabitSkill(Wire, frozen=True):
    """The skill that a habit runs."""

    id: str
    name: str
    category: str
    is_active: bool


class HabitView(Wire, frozen=True):
    """A habit.

    Attributes:
        label: Of the skill's version that runs; null: the newest.
        schedule_description: As it was given, else what the expression says.
        config: The input of each run.
        last_run_at: When it last started an execution.
        next_run_at: What its schedule says next, `jitter_seconds` left out; null while inactive.
        run_count: Executions that are kept; 10,000 may be more, which the statistics count.
        paused_because: `failures` where it was paused for those.
    """

    id: str
    skill_id: str
    skill: HabitSkill
    label: str | None
    schedule_cron: str
    schedule_description: str
    timezone: str
    config: dict[str, Any]
    overlap: str
    misfire: str
    misfire_most: int
    misfire_window_seconds: int
    jitter_seconds: int
    pause_after: int
    is_active: bool
    last_run_at: Instant | None
    next_run_at: Instant | None
    run_count: int
    consecutive_failures: int
    last_error_message: str | None
    paused_at: Instant | None
    paused_because: str | None
    created_by: str
    created_at: Instant
    updated_at: Instant


class HabitPage(Wire, frozen=True):
    """Habits, the newest first, by cursor or by number of page."""

    data: list[HabitView]
    has_more: bool
    next_cursor: str | None = None
    total: int | None = None
    page: int | None = None
    page_size: int | None = None


class NextRun(Wire, frozen=True):
    """A run to come.

    Attributes:
        local: What clocks of the zone show then.
        change: What a change of the clock does to it: `shifted`, `repeated`, `first_only` or null.
    """

    utc: Instant
    local: str
    offset: str
    change: str | None


class HabitWithRuns(HabitView, frozen=True):
    """A habit and its next runs; none while it is inactive."""

    next_runs: list[NextRun]


class OccurrenceView(Wire, frozen=True):
    """A tick of a habit's schedule, and what became of it.

    Attributes:
        due_at: The tick and its jitter.
        state: `planned`, `buffered`, `fired`, `late`, `skipped`, `coalesced` or `expired`.
        reason: Why; null while it is planned.
    """

    tick: Instant
    due_at: Instant
    state: str
    reason: str | None
    execution_id: str | None
    decided_at: Instant | None


class OccurrencePage(Wire, frozen=True):
    """Ticks of a habit, the latest first, by cursor or by number of page."""

    data: list[OccurrenceView]
    has_more: bool
    next_cursor: str | None = None
    total: int | None = None
    page: int | None = None
    page_size: int | None = None


class FullHabit(HabitWithRuns, frozen=True):
    """A habit, its next runs, and what came of the latest ones."""

    recent_executions: list[ExecutionRow]
    recent_occurrences: list[OccurrenceView]


class HabitStats(Wire, frozen=True):
    """How a habit fares.

    Attributes:
        success_rate: Of its runs that completed or failed, the share that completed; 0 to 1.
        occurrences: Ticks of the last 90 days by what became of them.
    """

    habit_id: str
    is_active: bool
    run_count: int
    completed_runs: int
    failed_runs: int
    cancelled_runs: int
    unfinished_runs: int
    success_rate: float | None
    average_duration_ms: int | None
    occurrences: dict[str, int]
    consecutive_failures: int
    last_run_at: Instant | None
    next_run_at: Instant | None
    upcoming_runs: list[NextRun]


class HabitsStats(Wire, frozen=True):
    """How all habits of the organisation fare.

    Attributes:
        failed_habits: Whose last run failed.
        success_rate: Of runs that completed or failed, the share that completed; 0 to 1.
    """

    total_habits: int
    active_habits: int
    paused_habits: int
    failed_habits: int
    total_runs: int
    completed_runs: int
    failed_runs: int
    cancelled_runs: int
    unfinished_runs: int
    success_rate: float | None
    average_duration_ms: int | None
    last_run_at: Instant | None


class HabitRun(Wire, frozen=True):
    """An execution that was asked for."""

    execution_id: str
    status: str
    habit_is_active: bool
    message: str


class DstNoteView(Wire, frozen=True):
    """What a change of the clock does to runs of one day.

    Attributes:
        change: `shifted`, `skipped`, `repeated` or `first_only`.
        runs: How many.
    """

    at: Instant
    change: str
    runs: int
    message: str


class CronCheck(Wire, frozen=True):
    """What an expression means, or what is wrong with it.

    Attributes:
        description: In words; null where the expression is not valid.
        field: `schedule_cron` or `timezone`, whichever is wrong.
    """

    valid: bool
    expression: str
    timezone: str
    description: str | None
    next_runs: list[NextRun]
    dst: list[DstNoteView]
    error: str | None
    field: str | None


def habit_view(habit: Habit) -> HabitView:
    """Return ``habit`` as it is sent in a list."""
    return HabitView(**_fields(habit))


def habit_with_runs(habit: Habit, now: Micros) -> HabitWithRuns:
    """Return ``habit`` as it is sent alone."""
    return HabitWithRuns(**_fields(habit), next_runs=_upcoming(habit, now))


def full_habit(
    habit: Habit, executions: Sequence[Execution], ticks: Sequence[Occurrence], now: Micros
) -> FullHabit:
    """Return ``habit`` as it is sent with its latest runs and ticks."""
    return FullHabit(
        **_fields(habit),
        next_runs=_upcoming(habit, now),
        recent_executions=[execution_row(each) for each in executions],
        recent_occurrences=[occurrence_view(each) for each in ticks],
    )


def occurrence_view(found: Occurrence) -> OccurrenceView:
    """Return a tick as it is sent."""
    execution_id = found.execution_id
    return OccurrenceView(
        tick=instant_text(found.tick),
        due_at=instant_text(found.due_at),
        state=found.state.value,
        reason=found.reason,
        execution_id=None if execution_id is None else format_id(EXECUTION_PREFIX, execution_id),
        decided_at=instant(found.decided_at),
    )


def habit_stats(habit: Habit, runs: Runs, states: Mapping[State, int], now: Micros) -> HabitStats:
    """Return how one habit fares as it is sent."""
    return HabitStats(
        habit_id=format_id(HABIT_PREFIX, habit.habit_id),
        is_active=habit.is_active,
        run_count=runs.total,
        **_runs(runs),
        occurrences={state.value: states.get(state, 0) for state in State},
        consecutive_failures=habit.consecutive_failures,
        last_run_at=instant(runs.last_run_at),
        next_run_at=instant(habit.next_run_at),
        upcoming_runs=_upcoming(habit, now),
    )


def habits_stats(overview: Overview, runs: Runs) -> HabitsStats:
    """Return how all habits fare as it is sent."""
    return HabitsStats(
        total_habits=overview.total,
        active_habits=overview.active,
        paused_habits=overview.paused,
        failed_habits=overview.failing,
        total_runs=runs.total,
        **_runs(runs),
        last_run_at=instant(runs.last_run_at),
    )


def habit_run(started: RunStarted) -> HabitRun:
    """Return an execution that was asked for as it is sent."""
    beside = "its schedule goes on" if started.is_active else "it stays inactive"
    return HabitRun(
        execution_id=format_id(EXECUTION_PREFIX, started.execution_id),
        status=started.status.value,
        habit_is_active=started.is_active,
        message=f"the habit runs now; {beside}",
    )


def cron_check(
    expression: str, timezone: str, found: Preview | ScheduleInvalid | TimezoneUnknown
) -> CronCheck:
    """Return what an expression means as it is sent."""
    if not isinstance(found, Preview):
        return CronCheck(
            valid=False,
            expression=expression,
            timezone=timezone,
            description=None,
            next_runs=[],
            dst=[],
            error=found.message,
            field=found.field,
        )
    notes = [
        DstNoteView(
            at=instant_text(note.at), change=note.change.value, runs=note.runs, message=note.message
        )
        for note in found.notes
    ]
    return CronCheck(
        valid=True,
        expression=found.schedule.expression,
        timezone=timezone,
        description=found.description,
        next_runs=[_next_run(found.schedule, run) for run in found.runs],
        dst=notes,
        error=None,
        field=None,
    )


def _fields(habit: Habit) -> dict[str, Any]:
    settings, policy = habit.settings, habit.settings.policy
    skill = HabitSkill(
        id=format_id(SKILL_PREFIX, habit.skill.skill_id),
        name=habit.skill.name,
        category=habit.skill.category,
        is_active=habit.skill.is_active,
    )
    expression = settings.schedule.expression
    return {
        "id": format_id(HABIT_PREFIX, habit.habit_id),
        "skill_id": skill.id,
        "skill": skill,
        "label": settings.label,
        "schedule_cron": expression,
        "schedule_description": settings.description or describe(expression),
        "timezone": settings.schedule.timezone,
        "config": dict(settings.config),
        "overlap": policy.overlap.value,
        "misfire": policy.misfire.value,
        "misfire_most": policy.misfire_most,
        "misfire_window_seconds": policy.misfire_window // SECOND,
        "jitter_seconds": policy.jitter // SECOND,
        "pause_after": policy.pause_after,
        "is_active": habit.is_active,
        "run_count": habit.run_count,
        "consecutive_failures": habit.consecutive_failures,
        "last_error_message": habit.last_error_message,
        "paused_because": habit.paused_because,
        "created_by": habit.created_by,
        **_times(habit),
    }


def _times(habit: Habit) -> dict[str, str | None]:
    return {
        "last_run_at": instant(habit.last_run_at),
        "next_run_at": instant(habit.next_run_at),
        "paused_at": instant(habit.paused_at),
        "created_at": instant_text(habit.created_at),
        "updated_at": instant_text(habit.updated_at),
    }


def _runs(runs: Runs) -> dict[str, Any]:
    average = runs.average_duration
    return {
        "completed_runs": runs.completed,
        "failed_runs": runs.failed,
        "cancelled_runs": runs.cancelled,
        "unfinished_runs": runs.unfinished,
        "success_rate": runs.success_rate,
        "average_duration_ms": None if average is None else average // _MILLI,
    }


def _upcoming(habit: Habit, now: Micros) -> list[NextRun]:
    if not habit.is_active:
        return []
    schedule = habit.settings.schedule
    return [_next_run(schedule, run) for run in preview(schedule, now, UPCOMING).runs]


def _next_run(schedule: Schedule, run: Run) -> NextRun:
    local, offset = schedule.local_text(run.at)
    return NextRun(
        utc=instant_text(run.at),
        local=local,
        offset=offset,
        change=None if run.change is None else run.change.value,
    )
