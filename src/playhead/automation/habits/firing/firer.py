"""The loop that fires ticks when they are due. Any number of them may run, anywhere."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from playhead.automation.executions import Starter
from playhead.automation.habits.firing.fire import fire
from playhead.automation.habits.firing.repository import Agenda, Outcome
from playhead.automation.habits.model import SECOND
from playhead.automation.notices import Notices
from playhead.base.time import Micros
from playhead.kernel.jobs import JobBell, SilentBell
from playhead.storage.postgres import DatabaseUnavailable
from playhead.storage.tenants import Tenant, Tenants

LENT_AT_ONCE = 2000
FIRED_AT_ONCE = 500
SIDE_BY_SIDE = 4
LEASE = 30 * SECOND
POLL_SECONDS = 0.2
_log = logging.getLogger(__name__)


class HabitFirer:
    """Decides about ticks that are due, and starts what runs.

    Args:
        tenants: Over a database that is connected as the service role.
        bell: Rung after executions were started, so that workers run them at once.
    """

    def __init__(
        self,
        tenants: Tenants,
        starter: Starter,
        notices: Notices,
        *,
        now: Callable[[], Micros],
        bell: JobBell | None = None,
    ) -> None:
        self._tenants = tenants
        self._agenda = Agenda(tenants)
        self._starter = starter
        self._notices = notices
        self._now = now
        self._bell = bell or SilentBell()
        self._room = asyncio.Semaphore(SIDE_BY_SIDE)

    async def run(self) -> None:
        """Fire until cancelled."""
        while True:
            if await self._tried() < LENT_AT_ONCE:
                await asyncio.sleep(POLL_SECONDS)

    async def fire_due(self) -> int:
        """Fire what is due, 2,000 ticks at most; return how many there were.

        Each organisation's in transactions of its own. What fails stays as it was, and is due again
        once its lease has ended.

        Raises:
            DatabaseUnavailable: It is not known what is due.
        """
        now = self._now()
        lent = await self._agenda.lend(now=now, lease_until=Micros(now + LEASE), most=LENT_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for org_id, habits in lent.items():
                tasks.create_task(self._attend(org_id, habits))
        return sum(sum(habits.values()) for habits in lent.values())

    async def _tried(self) -> int:
        try:
            return await self.fire_due()
        except DatabaseUnavailable as error:
            _log.warning("ticks wait: %s", error.message)
        except Exception:  # noqa: BLE001 -- the supervision point: the next ticks may fare better
            _log.exception("ticks wait")
        return 0

    async def _attend(self, org_id: UUID, habits: Mapping[UUID, int]) -> None:
        async with self._room:
            for part in _parts(habits):
                await self._fire(org_id, part)

    async def _fire(self, org_id: UUID, habit_ids: Sequence[UUID]) -> None:
        try:
            outcomes = await self._transact(org_id, habit_ids)
        except DatabaseUnavailable as error:
            _log.warning("ticks of %s wait: %s", org_id, error.message)
        except Exception:  # noqa: BLE001 -- the supervision point: no habit may hold up the others
            _log.exception("ticks of %s wait", org_id)
            if len(habit_ids) > 1:
                for habit_id in habit_ids:
                    await self._fire(org_id, [habit_id])
        else:
            if any(outcome.execution_id is not None for outcome in outcomes):
                await self._bell.ring()

    async def _transact(self, org_id: UUID, habit_ids: Sequence[UUID]) -> list[Outcome]:
        async with self._tenants.transaction(Tenant(org_id)) as tx:
            return await fire(
                tx,
                org_id,
                habit_ids,
                starter=self._starter,
                notices=self._notices,
                now=self._now(),
            )


def _parts(habits: Mapping[UUID, int]) -> Iterator[list[UUID]]:
    """Yield the habits in groups of few enough ticks for one transaction."""
    part: list[UUID] = []
    size = 0
    for habit_id, ticks in habits.items():
        if part and size + ticks > FIRED_AT_ONCE:
            yield part
            part, size = [], 0
        part.append(habit_id)
        size += ticks
    if part:
        yield part
