"""Change a habit: what is chosen about it, whether it runs, what it remembers of failures."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from playhead.automation.habits.desk import HabitDesk, check_runnable, plan_anew, told
from playhead.automation.habits.model import Habit
from playhead.automation.habits.repository import HabitRows, PlanRows
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller
from playhead.storage.postgres import Transaction

Alteration = Callable[[Habit], Habit]


async def change(
    desk: HabitDesk, caller: Caller, habit_id: UUID, alter: Alteration, now: Micros
) -> Habit:
    """Let ``alter`` change a habit and return it as it is then.

    Where its schedule changes, or it is switched on or off, ticks still to come are replaced; those
    that are due already fare as they would have.

    Raises:
        HabitNotFound: The organisation has none of this id.
        LabelNotFound: No version of the skill bears the label.
        InputInvalid: The skill takes no such input.
    """
    async with desk.tenants.transaction(caller.tenant) as transaction:
        rows = HabitRows(transaction, caller.org)
        before = await rows.take(habit_id, now)
        after = alter(before)
        if after == before:
            return before
        if _inputs(before) != _inputs(after):
            await check_runnable(transaction, after.settings)
        await _save(transaction, caller.org, before, after, now)
        changed = await rows.find(habit_id, now)
        await desk.tell(
            transaction, caller, Action.HABIT_UPDATED, habit_id, _changes(before, after), now=now
        )
    return changed


def switched(is_active: bool) -> Alteration:
    """Return what switches a habit on or off. Switching on forgets that it was paused, and why."""

    def alter(habit: Habit) -> Habit:
        if habit.is_active == is_active:
            return habit
        forgotten = replace(habit, paused_at=None, paused_because=None, is_active=is_active)
        return replace(forgotten, consecutive_failures=0) if is_active else forgotten

    return alter


def toggled(habit: Habit) -> Habit:
    """Return a habit switched on if it was off, and off if it was on."""
    return switched(not habit.is_active)(habit)


def reset(habit: Habit) -> Habit:
    """Return a habit that has never failed, and runs."""
    active = switched(True)(habit)
    return replace(active, consecutive_failures=0, last_error_message=None)


async def _save(
    transaction: Transaction, org_id: UUID, before: Habit, after: Habit, now: Micros
) -> None:
    replan = _plan_of(before) != _plan_of(after)
    number = await HabitRows(transaction, org_id).save(after, now, replan=replan)
    if not replan:
        return
    await PlanRows(transaction, org_id).unplan([after.habit_id], now)
    if after.is_active:
        await plan_anew(transaction, org_id, after.habit_id, after.settings, number=number, now=now)


def _plan_of(habit: Habit) -> tuple[object, ...]:
    return habit.settings.schedule, habit.settings.policy.jitter, habit.is_active


def _inputs(habit: Habit) -> tuple[object, ...]:
    return habit.settings.label, habit.settings.config


def _changes(before: Habit, after: Habit) -> dict[str, object]:
    old = {**told(before.settings), "is_active": before.is_active}
    new = {**told(after.settings), "is_active": after.is_active}
    changed: dict[str, object] = {
        name: {"from": old[name], "to": new[name]} for name in old if old[name] != new[name]
    }
    if before.settings.config != after.settings.config:
        changed["config"] = "changed"
    if before.consecutive_failures != after.consecutive_failures:
        changed["consecutive_failures"] = {"from": before.consecutive_failures, "to": 0}
    return changed
