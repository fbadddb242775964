"""Make a habit."""

from playhead.automation.habits.desk import HabitDesk, check_runnable, plan_anew, told
from playhead.automation.habits.errors import TooManyHabits
from playhead.automation.habits.model import Habit, HabitSettings
from playhead.automation.habits.repository import HabitRows
from playhead.automation.skills import SKILL_PREFIX
from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.kernel.identity import Caller

MOST_HABITS = 10_000


async def create(
    desk: HabitDesk, caller: Caller, settings: HabitSettings, now: Micros, *, is_active: bool
) -> Habit:
    """Make a habit, planned from now on, and return it.

    Raises:
        SkillNotFound: The organisation has no such skill.
        LabelNotFound: No version of the skill bears the label.
        InputInvalid: The skill takes no such input.
        TooManyHabits: There are as many as there may be.
    """
    habit_id = desk.new_id(now)
    async with desk.tenants.transaction(caller.tenant) as transaction:
        rows = HabitRows(transaction, caller.org)
        await check_runnable(transaction, settings)
        if await rows.count() >= MOST_HABITS:
            raise TooManyHabits(MOST_HABITS)
        await rows.insert(habit_id, settings, is_active=is_active, created_by=caller.name, now=now)
        if is_active:
            await plan_anew(transaction, caller.org, habit_id, settings, number=1, now=now)
        made = await rows.find(habit_id, now)
        skill = format_id(SKILL_PREFIX, settings.skill_id)
        details = {"skill": skill, "is_active": is_active, **told(settings)}
        await desk.tell(transaction, caller, Action.HABIT_CREATED, habit_id, details, now=now)
    return made
