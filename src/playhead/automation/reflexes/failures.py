"""Count failures in a row, and pause the reflex that has too many, with a notice."""

from dataclasses import dataclass
from uuid import UUID

from playhead.automation.notices import Notices, Pause
from playhead.automation.reflexes.events import NewId, News, emit
from playhead.automation.reflexes.model import (
    LONGEST_ERROR,
    REFLEX_PREFIX,
    EventName,
    Reflex,
)
from playhead.automation.reflexes.repository import ReflexRows
from playhead.base.ids import format_id
from playhead.base.time import Micros
from playhead.storage.postgres import Transaction


@dataclass(frozen=True, slots=True)
class Failures:
    """Where failures of reflexes are counted."""

    notices: Notices
    new_id: NewId

    async def count(
        self,
        transaction: Transaction,
        org_id: UUID,
        reflex_id: UUID,
        message: str,
        *,
        now: Micros,
        depth: int = 0,
    ) -> None:
        """Count one more failure of a reflex; the one that is one too many pauses it.

        ``depth`` counts the executions that led to the failure.
        """
        shortened = message[:LONGEST_ERROR]
        counted = await ReflexRows(transaction, org_id).failed(reflex_id, shortened, now)
        if counted is None or not counted[1]:
            return
        reflex, _ = counted
        news = News(
            EventName.REFLEX_PAUSED,
            f"{format_id(REFLEX_PREFIX, reflex_id)}:{reflex.revision}",
            now,
            _payload(reflex, shortened),
            depth,
        )
        await emit(transaction, org_id, news, now=now, new_id=self.new_id)
        pause = Pause(
            kind="reflex",
            subject=format_id(REFLEX_PREFIX, reflex_id),
            name=reflex.label_of_people,
            failures=reflex.consecutive_failures,
            error=shortened,
        )
        await self.notices.paused(transaction, org_id, [pause], now=now)


def _payload(reflex: Reflex, message: str) -> dict[str, object]:
    return {
        "reflex_id": format_id(REFLEX_PREFIX, reflex.reflex_id),
        "name": reflex.chosen.name,
        "failures": reflex.consecutive_failures,
        "error": message,
    }
