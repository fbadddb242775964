"""Take back what a paused habit had planned, and tell people that it was paused."""

from collections.abc import Sequence
from uuid import UUID

from playhead.automation.habits.errors import HABIT_PREFIX
from playhead.automation.habits.firing.repository import Failing
from playhead.automation.habits.repository import PlanRows
from playhead.automation.notices import Notices, Pause
from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


async def tell_paused(
    tx: Transaction, org_id: UUID, failing: Sequence[Failing], notices: Notices, now: Micros
) -> None:
    """Do both for those that are paused as of now; the last thing in a transaction."""
    paused = [each for each in failing if each.is_paused_now]
    if not paused:
        return
    await PlanRows(tx, org_id).unplan([each.habit_id for each in paused], now)
    await notices.paused(tx, org_id, [_pause(each) for each in paused], now=now)


def _pause(failing: Failing) -> Pause:
    subject = format_id(HABIT_PREFIX, failing.habit_id)
    return Pause("habit", subject, failing.name, failing.failures, failing.error)
