"""Take in what concerns reflexes: events and the jobs that decide them, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from playhead.automation.executions import DEPTH
from playhead.automation.reflexes.model import JOB_KIND, EventName, NewEvent, Source
from playhead.automation.reflexes.repository import EventRows, ReflexRows, listeners
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.jobs import NewJob, enqueue
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant, Tenants

MOST_ATTEMPTS = 5

NewId = Callable[[Micros], UUID]


async def note_events(
    transaction: Transaction,
    org_id: UUID,
    events: Sequence[NewEvent],
    *,
    now: Micros,
    new_id: NewId = new_uuid,
) -> frozenset[UUID]:
    """Keep events and have them decided; return the ids of those that are.

    Repeats are not, nor events of reflexes that are gone. All of one organisation, in a
    ``transaction`` of its own: two statements, however many.
    """
    if not events:
        return frozenset()
    taken = await EventRows(transaction, org_id).note(events, now)
    jobs = [
        NewJob(new_id(now), JOB_KIND, event.event_id, now, MOST_ATTEMPTS)
        for event in events
        if event.event_id in taken
    ]
    if jobs:
        await enqueue(transaction, org_id, jobs, now=now)
    return taken


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened inside.

    Attributes:
        id: Tells it from all others of its name.
        payload: What conditions and templates see as ``event``, beside its ``type``.
        depth: How many executions led to it.
    """

    name: EventName
    id: str
    at: Micros
    payload: Mapping[str, object]
    depth: int = 0


async def emit(
    transaction: Transaction, org_id: UUID, news: News, *, now: Micros, new_id: NewId = new_uuid
) -> frozenset[UUID]:
    """Note ``news`` for every active reflex of the organisation that it sets off.

    In the transaction of its cause, one of the organisation. Where there is no such reflex it
    costs one look.
    """
    reflexes = await ReflexRows(transaction, org_id).listening(news.name)
    events = [
        NewEvent(
            event_id=new_id(now),
            reflex_id=reflex_id,
            source=Source.EVENT,
            source_id=f"{news.name}:{news.id}"[:300],
            at=news.at,
            payload={"type": news.name.value, **news.payload},
            trace={DEPTH: news.depth},
        )
        for reflex_id in reflexes
    ]
    return await note_events(transaction, org_id, events, now=now, new_id=new_id)


async def broadcast(tenants: Tenants, news: News, *, now: Micros) -> int:
    """Note ``news`` that concerns everybody, such as a gap; return how many reflexes it sets off.

    Each organisation in a transaction of its own; told twice, it is a repeat.
    """
    count = 0
    for org_id in await listeners(tenants, news.name):
        async with tenants.transaction(Tenant(org_id)) as transaction:
            count += len(await emit(transaction, org_id, news, now=now))
    return count
