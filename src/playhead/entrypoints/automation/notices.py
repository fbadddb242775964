"""Notices of pauses, told to reflexes as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from playhead.automation.notices import Notices, Pause
from playhead.automation.reflexes import EventName, News, emit
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


@dataclass(frozen=True, slots=True)
class AnnouncedPauses(Notices):
    """Tells reflexes that listen to `habit.paused`, beside people and the audit log.

    Habits and reflexes do not know of each other: here they meet.
    """

    async def paused(
        self, transaction: Transaction, org_id: UUID, pauses: Sequence[Pause], *, now: Micros
    ) -> None:
        """Tell of every pause if, and only if, ``transaction`` commits."""
        for pause in pauses:
            news = News(
                name=EventName.HABIT_PAUSED,
                id=f"{pause.subject}:{now}",
                at=now,
                payload={
                    "habit_id": pause.subject,
                    "name": pause.name,
                    "failures": pause.failures,
                    "error": pause.error,
                },
            )
            await emit(transaction, org_id, news, now=now)
        # Last, as it says itself. A dataclass with slots is made anew: super() would not find it.
        await Notices.paused(self, transaction, org_id, pauses, now=now)
