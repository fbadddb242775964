"""Run a reflex's skill for what a rehearsal found."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from playhead.automation.executions import ExecutionType, NewExecution
from playhead.automation.reflexes.desk import Author, ReflexDesk
from playhead.automation.reflexes.model import Event, EventState, Reflex, Source
from playhead.automation.reflexes.record import tell
from playhead.automation.reflexes.rehearsing import Firing
from playhead.automation.reflexes.starting import execution_of
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.storage.tenants import Tenant

REHEARSAL = "rehearsal"


async def run_firings(
    desk: ReflexDesk, author: Author, reflex: Reflex, firings: Sequence[Firing], *, now: Micros
) -> Mapping[str, UUID]:
    """Start the skill for every one of ``firings``, or for none; return the executions.

    They look at the past as the reflex would have, are tests, and count for nothing else.

    Args:
        firings: At most `MOST_RUN`.

    Returns:
        The executions, by the firings' ``source_id``.

    Raises:
        SkillNotFound, InputInvalid, ...: The skill cannot be run with what the reflex gives it.
    """
    news = {
        firing.source_id: _execution_of(desk, author, reflex, firing, now) for firing in firings
    }
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        for refused in await desk.starter.start(
            transaction, author.org_id, list(news.values()), now=now
        ):
            raise refused.error
        details = {"executed": len(news), "rehearsal": True}
        action, subject = Action.REFLEX_TESTED, reflex.reflex_id
        await tell(desk, transaction, author, action, subject, now=now, details=details)
    await desk.bell.ring()
    return {source_id: new.execution_id for source_id, new in news.items()}


def _execution_of(
    desk: ReflexDesk, author: Author, reflex: Reflex, firing: Firing, now: Micros
) -> NewExecution:
    event = Event(
        event_id=desk.id(now),
        reflex_id=reflex.reflex_id,
        source=Source.MARKET,
        source_id=firing.source_id,
        received_at=now,
        at=firing.at,
        payload=firing.payload,
        state=EventState.FIRED,
        trace={},
    )
    new = execution_of(reflex, event, type=ExecutionType.TEST)
    trigger = {**new.trigger, "source": REHEARSAL, "source_id": firing.source_id}
    return replace(new, created_by=author.name, trigger=trigger)
