"""What every change to habits stands on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from playhead.automation.executions import Starter
from playhead.automation.habits.errors import HABIT_PREFIX
from playhead.automation.habits.model import HabitSettings
from playhead.automation.habits.plan import Unplanned, plan
from playhead.automation.habits.repository import PlanRows
from playhead.automation.skills import check_input, find_version
from playhead.base.ids import format_id, new_uuid
from playhead.base.time import Micros
from playhead.kernel.audit import Action, AuditPort
from playhead.kernel.identity import Caller
from playhead.kernel.jobs import JobBell, SilentBell
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenants


@dataclass(frozen=True, slots=True)
class HabitDesk:
    """Where habits are made, changed and run.

    Attributes:
        tenants: Over a database that is connected as the service role.
    """

    tenants: Tenants
    audit: AuditPort
    starter: Starter
    new_id: Callable[[Micros], UUID] = new_uuid
    bell: JobBell = field(default_factory=SilentBell)

    async def tell(
        self,
        transaction: Transaction,
        caller: Caller,
        action: Action,
        habit_id: UUID,
        details: Mapping[str, object],
        *,
        now: Micros,
    ) -> None:
        """Add to the audit log what ``caller`` did to a habit; the last thing in a transaction."""
        await self.audit.append(
            transaction,
            org_id=caller.org,
            actor=caller.name,
            action=action.value,
            subject=format_id(HABIT_PREFIX, habit_id),
            details=details,
            address=caller.address,
            request_id=caller.request_id,
            now=now,
        )


async def check_runnable(transaction: Transaction, settings: HabitSettings) -> None:
    """Return if the skill, its label and the input go together.

    Raises:
        SkillNotFound: The organisation has no such skill.
        LabelNotFound: No version of the skill bears the label.
        InputInvalid: The skill takes no such input.
    """
    version = await find_version(transaction, settings.skill_id, label=settings.label, keep=True)
    check_input(version, settings.config)


async def plan_anew(
    transaction: Transaction,
    org_id: UUID,
    habit_id: UUID,
    settings: HabitSettings,
    *,
    number: int,
    now: Micros,
) -> None:
    """Plan the next minutes of a habit whose plan begins ``now``: nothing else has to see it first.

    Args:
        number: That of the schedule.
    """
    habit = Unplanned(habit_id, settings.schedule, settings.policy.jitter, now, number)
    await PlanRows(transaction, org_id).write([plan(habit, now)])


def told(settings: HabitSettings) -> dict[str, object]:
    """Return what is chosen about a habit, as the audit log tells it; its input is not told."""
    policy = settings.policy
    return {
        "schedule_cron": settings.schedule.expression,
        "timezone": settings.schedule.timezone,
        "schedule_description": settings.description,
        "label": settings.label,
        "overlap": policy.overlap.value,
        "misfire": policy.misfire.value,
        "misfire_most": policy.misfire_most,
        "misfire_window": policy.misfire_window,
        "jitter": policy.jitter,
        "pause_after": policy.pause_after,
    }
