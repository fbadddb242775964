"""The loop that plans ticks ahead. Any number of them may run, anywhere."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from playhead.automation.habits.errors import TimezoneUnknown
from playhead.automation.habits.firing.repository import Agenda
from playhead.automation.habits.model import HORIZON, KEPT
from playhead.automation.habits.plan import Plan, Unplanned, plan
from playhead.automation.habits.repository import PlanRows
from playhead.base.time import Micros
from playhead.storage.postgres import DatabaseUnavailable
from playhead.storage.tenants import Tenant, Tenants

AT_ONCE = 500
POLL_SECONDS = 5.0
LEFT = HORIZON // 2
"""A habit is planned again once less than this is left of its plan."""
MOST_TICKS = 5000
"""A transaction that adds this many is committed: after a day without workers there are many."""
FORGET_SECONDS = 3600.0
FORGET_AT_ONCE = 10_000
_log = logging.getLogger(__name__)


class HabitPlanner:
    """Gives ticks their rows, five minutes before they are due, and forgets old ones hourly.

    Args:
        tenants: Over a database that is connected as the service role.
    """

    def __init__(self, tenants: Tenants, *, now: Callable[[], Micros]) -> None:
        self._tenants = tenants
        self._agenda = Agenda(tenants)
        self._now = now

    async def run(self) -> None:
        """Plan and forget until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._plan_on())
            tasks.create_task(self._forget_on())

    async def plan_due(self) -> int:
        """Plan the habits whose plan runs out, 500 at most; return how many were planned.

        Raises:
            DatabaseUnavailable: The database does not answer.
        """
        now = self._now()
        habits = await self._agenda.to_plan(horizon=Micros(now + LEFT), most=AT_ONCE)
        planned = 0
        for org_id, unplanned in habits.items():
            planned += await self._attend(org_id, unplanned, now)
        return planned

    async def forget_old(self) -> int:
        """Forget ticks that ended 90 days ago; return how many."""
        before, total = Micros(self._now() - KEPT), 0
        while True:
            gone = await self._agenda.forget(before=before, most=FORGET_AT_ONCE)
            total += gone
            if gone < FORGET_AT_ONCE:
                return total

    async def _attend(self, org_id: UUID, habits: Sequence[Unplanned], now: Micros) -> int:
        try:
            await self._write(org_id, habits, now)
        except DatabaseUnavailable:
            raise
        except Exception:  # noqa: BLE001 -- the supervision point: no organisation holds up others
            _log.exception("habits of %s wait to be planned", org_id)
            return 0
        return len(habits)

    async def _write(self, org_id: UUID, habits: Sequence[Unplanned], now: Micros) -> None:
        plans: list[Plan] = []
        for habit in habits:
            plans.append(_planned(habit, now))
            if sum(len(each.ticks) for each in plans) >= MOST_TICKS:
                await self._commit(org_id, plans)
                plans = []
            await asyncio.sleep(0)  # reckoning is not to hold up whatever else this process does
        await self._commit(org_id, plans)

    async def _commit(self, org_id: UUID, plans: Sequence[Plan]) -> None:
        async with self._tenants.transaction(Tenant(org_id)) as tx:
            await PlanRows(tx, org_id).write(plans)

    async def _plan_on(self) -> None:
        while True:
            if await _tried(self.plan_due) < AT_ONCE:
                await asyncio.sleep(POLL_SECONDS)

    async def _forget_on(self) -> None:
        while True:
            await _tried(self.forget_old)
            await asyncio.sleep(FORGET_SECONDS)


def _planned(habit: Unplanned, now: Micros) -> Plan:
    try:
        return plan(habit, now)
    except TimezoneUnknown as error:  # no more: this machine's zones are others than they were
        _log.error("habit %s cannot be planned: %s", habit.habit_id, error.message)
        return Plan(habit, (), Micros(now + HORIZON))


async def _tried(work: Callable[[], Awaitable[int]]) -> int:
    try:
        return await work()
    except DatabaseUnavailable as error:
        _log.warning("habits wait to be planned: %s", error.message)
    except Exception:  # noqa: BLE001 -- the supervision point: planning goes on with the next
        _log.exception("habits wait to be planned")
    return 0
