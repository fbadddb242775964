"""The endpoints of habits: skills that run by a schedule."""

from fastapi import APIRouter, Response

from playhead.automation.executions import ExecutionPage
from playhead.automation.habits.bodies import CronBody, HabitChangesBody, NewHabitBody
from playhead.automation.habits.browse import (
    browse,
    browse_executions,
    browse_occurrences,
    find_all_stats,
    find_full,
    find_stats,
)
from playhead.automation.habits.change import change, reset, switched, toggled
from playhead.automation.habits.create import create
from playhead.automation.habits.dependencies import (
    HabitId,
    HabitsAsked,
    OccurrencesAsked,
    RoomOf,
    RunsAsked,
)
from playhead.automation.habits.errors import (
    HabitNotFound,
    ScheduleInvalid,
    TimezoneUnknown,
    TooManyHabits,
)
from playhead.automation.habits.preview import try_preview
from playhead.automation.habits.remove import remove
from playhead.automation.habits.run_now import run_now
from playhead.automation.habits.schemas import (
    CronCheck,
    FullHabit,
    HabitPage,
    HabitRun,
    HabitsStats,
    HabitStats,
    HabitWithRuns,
    OccurrencePage,
    cron_check,
    habit_run,
    habit_with_runs,
)
from playhead.automation.skills import InputInvalid, LabelNotFound, SkillInactive, SkillNotFound
from playhead.base.ids import InvalidId
from playhead.kernel.identity import NoOrganisation, Scope, ScopeMissing
from playhead.kernel.identity.dependencies import CallerDep, needs
from playhead.storage.postgres import DatabaseUnavailable
from playhead.web.bodies import BodyTooLarge
from playhead.web.cursors import CursorInvalid
from playhead.web.idempotency import IdempotentRoute, MarkOf
from playhead.web.openapi import answer
from playhead.web.pages import PagingMixed
from playhead.web.problems import problems
from playhead.web.state import CursorBox, Now
from playhead.web.wire import JsonBytes, encode

SHARED = (NoOrganisation, ScopeMissing, DatabaseUnavailable)
ONE = (InvalidId, HabitNotFound, *SHARED)
PAGED = (CursorInvalid, PagingMixed, InvalidId)
SCHEDULED = (ScheduleInvalid, TimezoneUnknown, InputInvalid, LabelNotFound, BodyTooLarge)
SWITCHED = {**answer("The habit.", HabitWithRuns), **problems(*ONE)}

router = APIRouter(
    prefix="/habits",
    tags=["Habits"],
    default_response_class=JsonBytes,
    route_class=IdempotentRoute,
)
READS = [needs(Scope.AUTOMATION_READ)]
WRITES = [needs(Scope.AUTOMATION_WRITE)]


@router.get(
    "",
    dependencies=READS,
    responses={**answer("One page, the newest first.", HabitPage), **problems(*PAGED, *SHARED)},
)
async def list_habits(
    asked: HabitsAsked, caller: CallerDep, room: RoomOf, cursors: CursorBox, now: Now
) -> JsonBytes:
    """List the organisation's habits, each with its skill."""
    return JsonBytes(await browse(room, caller.org, asked, cursors, now))


@router.post(
    "",
    status_code=201,
    dependencies=WRITES,
    responses={
        **answer("The habit and its next runs.", HabitWithRuns, status=201),
        **problems(SkillNotFound, TooManyHabits, InvalidId, *SCHEDULED, *SHARED),
    },
)
async def create_habit(body: NewHabitBody, caller: CallerDep, room: RoomOf, now: Now) -> JsonBytes:
    """Let a skill run by a schedule."""
    settings = body.settings()
    made = await create(room.desk, caller, settings, now, is_active=body.is_active)
    return JsonBytes(encode(habit_with_runs(made, now)), status_code=201)


@router.get(
    "/stats",
    dependencies=READS,
    responses={**answer("How they fare.", HabitsStats), **problems(*SHARED)},
)
async def read_habits_stats(caller: CallerDep, room: RoomOf) -> JsonBytes:
    """Tell how all habits of the organisation fare."""
    return JsonBytes(encode(await find_all_stats(room, caller.org)))


@router.post(
    "/validate-cron",
    dependencies=READS,
    responses={
        **answer("What it means, or what is wrong with it.", CronCheck),
        **problems(BodyTooLarge, ScopeMissing, NoOrganisation, DatabaseUnavailable),
    },
)
async def validate_cron(body: CronBody, now: Now) -> JsonBytes:
    """Tell what an expression means: in words, as its next runs, and what the clock does to them.

    One that is not valid is no error of the request: `valid` is false then, and `error` says why.
    """
    found = try_preview(body.expression, body.timezone, now, body.count)
    return JsonBytes(encode(cron_check(body.expression, body.timezone, found)))


@router.get(
    "/{habit_id}",
    dependencies=READS,
    responses={**answer("The habit and its next runs.", HabitWithRuns), **problems(*ONE)},
)
async def read_habit(habit_id: HabitId, caller: CallerDep, room: RoomOf, now: Now) -> JsonBytes:
    """Return a habit."""
    return JsonBytes(
        encode(habit_with_runs(await room.reader.find(caller.org, habit_id, now), now))
    )


@router.get(
    "/{habit_id}/full",
    dependencies=READS,
    responses={
        **answer("The habit, its latest executions and ticks.", FullHabit),
        **problems(*ONE),
    },
)
async def read_full_habit(
    habit_id: HabitId, caller: CallerDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Return a habit with what came of its latest runs."""
    return JsonBytes(encode(await find_full(room, caller.org, habit_id, now)))


@router.patch(
    "/{habit_id}",
    dependencies=WRITES,
    responses={**answer("The habit.", HabitWithRuns), **problems(*SCHEDULED, *ONE)},
)
async def change_habit(
    habit_id: HabitId, body: HabitChangesBody, caller: CallerDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Change what is sent. Runs to come follow the new schedule at once."""
    changed = await change(room.desk, caller, habit_id, body.apply, now)
    return JsonBytes(encode(habit_with_runs(changed, now)))


@router.delete(
    "/{habit_id}",
    status_code=204,
    dependencies=WRITES,
    responses={204: {"description": "It is gone."}, **problems(*ONE)},
)
async def delete_habit(habit_id: HabitId, caller: CallerDep, room: RoomOf, now: Now) -> Response:
    """Delete a habit. Executions that it started stay."""
    await remove(room.desk, caller, habit_id, now)
    return Response(status_code=204)


@router.post("/{habit_id}/activate", dependencies=WRITES, responses=SWITCHED)
async def activate_habit(habit_id: HabitId, caller: CallerDep, room: RoomOf, now: Now) -> JsonBytes:
    """Let a habit run by its schedule again; failures in a row are counted from nothing."""
    changed = await change(room.desk, caller, habit_id, switched(True), now)
    return JsonBytes(encode(habit_with_runs(changed, now)))


@router.post("/{habit_id}/deactivate", dependencies=WRITES, responses=SWITCHED)
async def deactivate_habit(
    habit_id: HabitId, caller: CallerDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Let a habit run no more until it is activated; what runs already goes on."""
    changed = await change(room.desk, caller, habit_id, switched(False), now)
    return JsonBytes(encode(habit_with_runs(changed, now)))


@router.post("/{habit_id}/toggle", dependencies=WRITES, responses=SWITCHED)
async def toggle_habit(habit_id: HabitId, caller: CallerDep, room: RoomOf, now: Now) -> JsonBytes:
    """Activate a habit that is not active, deactivate one that is."""
    changed = await change(room.desk, caller, habit_id, toggled, now)
    return JsonBytes(encode(habit_with_runs(changed, now)))


@router.post("/{habit_id}/reset-errors", dependencies=WRITES, responses=SWITCHED)
async def reset_habit(habit_id: HabitId, caller: CallerDep, room: RoomOf, now: Now) -> JsonBytes:
    """Forget a habit's failures and activate it; its next run is reckoned from now."""
    changed = await change(room.desk, caller, habit_id, reset, now)
    return JsonBytes(encode(habit_with_runs(changed, now)))


@router.post(
    "/{habit_id}/run-now",
    status_code=202,
    dependencies=WRITES,
    responses={
        **answer("The execution that was started.", HabitRun, status=202),
        **problems(SkillInactive, SkillNotFound, LabelNotFound, InputInvalid, *ONE),
    },
)
async def run_habit(
    habit_id: HabitId, caller: CallerDep, room: RoomOf, now: Now, mark: MarkOf
) -> JsonBytes:
    """Run a habit at once, beside its schedule, whether it is active or not."""
    started = await run_now(room.desk, caller, habit_id, now, mark=mark)
    return JsonBytes(encode(habit_run(started)), status_code=202)


@router.get(
    "/{habit_id}/executions",
    dependencies=READS,
    responses={
        **answer("One page, the newest first.", ExecutionPage),
        **problems(*PAGED, *ONE),
    },
)
async def list_habit_executions(
    habit_id: HabitId,
    asked: RunsAsked,
    caller: CallerDep,
    room: RoomOf,
    cursors: CursorBox,
    now: Now,
) -> JsonBytes:
    """List the executions that a habit started."""
    return JsonBytes(await browse_executions(room, caller.org, habit_id, asked, cursors, now))


@router.get(
    "/{habit_id}/occurrences",
    dependencies=READS,
    responses={
        **answer("One page, the latest first.", OccurrencePage),
        **problems(*PAGED, *ONE),
    },
)
async def list_occurrences(
    habit_id: HabitId,
    asked: OccurrencesAsked,
    caller: CallerDep,
    room: RoomOf,
    cursors: CursorBox,
    now: Now,
) -> JsonBytes:
    """List the ticks of a habit's schedule, planned and past, each with what became of it."""
    return JsonBytes(await browse_occurrences(room, caller.org, habit_id, asked, cursors, now))


@router.get(
    "/{habit_id}/stats",
    dependencies=READS,
    responses={**answer("How it fares.", HabitStats), **problems(*ONE)},
)
async def read_habit_stats(
    habit_id: HabitId, caller: CallerDep, room: RoomOf, now: Now
) -> JsonBytes:
    """Tell how a habit fares, and when it runs next."""
    return JsonBytes(encode(await find_stats(room, caller.org, habit_id, now)))
