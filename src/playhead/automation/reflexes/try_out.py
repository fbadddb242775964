"""Try a reflex with an event that somebody made up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from playhead.automation.executions import ExecutionType
from playhead.automation.reflexes.decide import Because, Decider, Occasion, Past
from playhead.automation.reflexes.desk import Author, ReflexDesk
from playhead.automation.reflexes.given_facts import facts_of
from playhead.automation.reflexes.judging import Judged, judge
from playhead.automation.reflexes.model import Event, EventState, Reflex
from playhead.automation.reflexes.reading.repository import find
from playhead.automation.reflexes.record import tell
from playhead.automation.reflexes.repository import EventRows
from playhead.automation.reflexes.starting import execution_of
from playhead.automation.reflexes.tables import Listed
from playhead.automation.reflexes.webhooks.body import check_event
from playhead.base.time import Micros
from playhead.kernel.audit import Action
from playhead.storage.postgres import Transaction
from playhead.storage.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Trial:
    """What an event would come to.

    Attributes:
        because: Why it would fire now or not.
        execution_id: What was started, if that was asked for and the condition matched.
    """

    listed: Listed
    matched: bool
    because: Because
    trace: Mapping[str, object]
    event: Mapping[str, object]
    execution_id: UUID | None

    @property
    def would_fire(self) -> bool:
        """Whether the skill would run now, or after the quiet of its debounce."""
        would = self.because in {Because.FIRED, Because.WAITING}
        return would and self.listed.skill_is_active


async def try_out(
    desk: ReflexDesk,
    author: Author,
    reflex_id: UUID,
    event: Mapping[str, object],
    *,
    execute: bool,
    now: Micros,
) -> Trial:
    """Return what ``event`` would come to; if it matches and ``execute`` says so, run the skill.

    Nothing of it counts: not as a firing, nor, if it fails, as a failure.

    Raises:
        ReflexNotFound: The organisation has none of this id.
        EventInvalid, EventTooLarge: The event is none.
        PlayheadError: The execution was refused.
    """
    payload = check_event(event)
    async with desk.tenants.transaction(Tenant(author.org_id)) as transaction:
        listed = await find(transaction, author.org_id, reflex_id)
        reflex = listed.reflex
        judged = judge(reflex.chosen, facts_of(reflex.chosen.trigger.type, payload, now))
        because = await _because(transaction, reflex, judged, now)
        started = None
        if execute and judged.matched:
            started = await _start(desk, transaction, author, reflex, payload, now)
    if started is not None:
        await desk.bell.ring()
    return Trial(listed, judged.matched, because, judged.trace, payload, started)


async def _because(
    transaction: Transaction, reflex: Reflex, judged: Judged, now: Micros
) -> Because:
    rules, key = reflex.chosen.rules, judged.key.text
    if not judged.matched:
        return Because.NOT_MATCHED
    if not reflex.is_active:
        return Because.INACTIVE
    if rules.dedupe_key is not None and key is None:
        return Because.KEY_UNKNOWN
    rows = EventRows(transaction, reflex.org_id)
    fired = {}
    if key is not None:
        since = Micros(now - rules.dedupe_window)
        fired = await rows.fired_keys(reflex.reflex_id, [key], since=since)
    last = await rows.last_fired(reflex.reflex_id) if rules.throttle else None
    decisions = Decider(rules, Past(last, fired)).meet(Occasion(None, now, key))
    return decisions[0].because if decisions else Because.WAITING


async def _start(
    desk: ReflexDesk,
    transaction: Transaction,
    author: Author,
    reflex: Reflex,
    payload: Mapping[str, object],
    now: Micros,
) -> UUID:
    event = Event(
        event_id=desk.id(now),
        reflex_id=reflex.reflex_id,
        source=reflex.chosen.trigger.type,
        source_id="test",
        received_at=now,
        at=now,
        payload=payload,
        state=EventState.RECEIVED,
        trace={},
    )
    new = execution_of(reflex, event, type=ExecutionType.TEST)
    new = replace(new, created_by=author.name)
    for refused in await desk.starter.start(transaction, author.org_id, [new], now=now):
        raise refused.error
    details = {"executed": True}
    await tell(
        desk, transaction, author, Action.REFLEX_TESTED, reflex.reflex_id, now=now, details=details
    )
    return new.execution_id
