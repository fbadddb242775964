"""List habits, their executions and their ticks; tell how they fare."""

from uuid import UUID

from playhead.automation.executions import Execution, Filter, execution_row
from playhead.automation.habits.dependencies import (
    HabitRoom,
    HabitsQuery,
    OccurrencesQuery,
    RunsQuery,
)
from playhead.automation.habits.model import Habit, Occurrence
from playhead.automation.habits.schemas import (
    FullHabit,
    HabitsStats,
    HabitStats,
    full_habit,
    habit_stats,
    habit_view,
    habits_stats,
    occurrence_view,
)
from playhead.base.time import Micros
from playhead.web.cursors import Cursors
from playhead.web.pages import Place, Slice

RECENT = 10
_LATEST = Slice(RECENT, 0, None, counted=False)


async def browse(
    room: HabitRoom, org_id: UUID, asked: HabitsQuery, cursors: Cursors, now: Micros
) -> bytes:
    """Return one page of an organisation's habits, the newest first, as JSON.

    Raises:
        InvalidId: The skill's id is none.
        PagingMixed: Both forms of paging are asked for.
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    bound = asked.bound()
    rows = asked.slice(cursors, bound)
    found, total = await room.reader.page(
        org_id, rows, now, skill_id=asked.skill(), is_active=asked.is_active
    )
    return asked.answer(found, total, cursors, bound, place_of=_habit_place, view=habit_view)


async def browse_executions(
    room: HabitRoom,
    org_id: UUID,
    habit_id: UUID,
    asked: RunsQuery,
    cursors: Cursors,
    now: Micros,
) -> bytes:
    """Return one page of the executions that a habit started, the newest first, as JSON.

    Raises:
        HabitNotFound: The organisation has none of this id.
        PagingMixed: Both forms of paging are asked for.
        CursorInvalid: The cursor is none of ours, or of another query.
    """
    bound = asked.bound(habit_id)
    rows = asked.slice(cursors, bound)
    await room.reader.find(org_id, habit_id, now)
    found, total = await room.executions.page(org_id, asked.filter(habit_id), rows)
    return asked.answer(found, total, cursors, bound, place_of=_run_place, view=execution_row)


async def browse_occurrences(
    room: HabitRoom,
    org_id: UUID,
    habit_id: UUID,
    asked: OccurrencesQuery,
    cursors: Cursors,
    now: Micros,
) -> bytes:
    """Return one page of a habit's ticks, the latest first, as JSON.

    Raises:
        HabitNotFound: The organisation has none of this id.
        PagingMixed: Both forms of paging are asked for.
        CursorInvalid: The cursor is none of ours, or of another query.
    """

    def place_of(occurrence: Occurrence) -> Place:
        return Place(at=occurrence.tick, id=habit_id)

    bound = asked.bound(habit_id)
    rows = asked.slice(cursors, bound)
    await room.reader.find(org_id, habit_id, now)
    found, total = await room.reader.occurrences(org_id, habit_id, rows, asked.state)
    return asked.answer(found, total, cursors, bound, place_of=place_of, view=occurrence_view)


async def find_full(room: HabitRoom, org_id: UUID, habit_id: UUID, now: Micros) -> FullHabit:
    """Return a habit with its latest executions and ticks.

    Raises:
        HabitNotFound: The organisation has none of this id.
    """
    habit = await room.reader.find(org_id, habit_id, now)
    runs, _ = await room.executions.page(org_id, Filter(reference_id=habit_id), _LATEST)
    ticks, _ = await room.reader.occurrences(org_id, habit_id, _LATEST, None)
    return full_habit(habit, runs, ticks, now)


async def find_stats(room: HabitRoom, org_id: UUID, habit_id: UUID, now: Micros) -> HabitStats:
    """Return how a habit fares.

    Raises:
        HabitNotFound: The organisation has none of this id.
    """
    habit = await room.reader.find(org_id, habit_id, now)
    runs = await room.reader.runs(org_id, habit_id)
    return habit_stats(habit, runs, await room.reader.states(org_id, habit_id), now)


async def find_all_stats(room: HabitRoom, org_id: UUID) -> HabitsStats:
    """Return how all habits of an organisation fare."""
    return habits_stats(await room.reader.overview(org_id), await room.reader.runs(org_id))


def _habit_place(habit: Habit) -> Place:
    return Place(at=habit.created_at, id=habit.habit_id)


def _run_place(execution: Execution) -> Place:
    return Place(at=execution.created_at, id=execution.execution_id)
