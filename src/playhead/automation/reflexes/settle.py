"""Decide what has reached one reflex, in order, and start what fires."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from playhead.automation.executions import NewExecution, Refused
from playhead.automation.reflexes.conditions import Key
from playhead.automation.reflexes.decide import Because, Decider, Decision, Occasion, Past
from playhead.automation.reflexes.judging import Judged, judge
from playhead.automation.reflexes.model import (
    LONGEST_ERROR,
    MOST_CHAINED,
    MOST_DEPTH,
    Event,
    EventState,
    Reflex,
    Source,
)
from playhead.automation.reflexes.repository import EventRows, Verdict
from playhead.automation.reflexes.starting import depth_of, execution_of
from playhead.automation.skills import SkillInactive
from playhead.base.errors import PlayheadError
from playhead.base.time import MICROS_PER_SECOND, Micros, format_instant
from playhead.storage.postgres import Transaction

MOST_AT_ONCE = 100
CHAINED = 2
"""The depth of an event from which on a reflex has started what caused it."""

MINUTE = 60 * MICROS_PER_SECOND


class Starts(Protocol):
    """Starts executions: what is asked of `executions.Starter`."""

    async def start(
        self, tx: Transaction, org_id: UUID, news: Sequence[NewExecution], *, now: Micros
    ) -> list[Refused]:
        """Start them; return those that were refused."""
        ...


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a round.

    Attributes:
        reached: The events that were looked at.
        waiting: The one that is debounced, and until when.
        is_new: Whether it did not wait before this round.
        failures: Messages of starts that failed.
    """

    reached: frozenset[UUID]
    waiting: tuple[UUID, Micros] | None
    is_new: bool
    failures: tuple[str, ...]

    @property
    def is_full(self) -> bool:
        """Whether there may be more than were looked at."""
        return len(self.reached) >= MOST_AT_ONCE


class Settling:
    """One round over what a reflex, which is locked, has not decided yet."""

    def __init__(
        self,
        transaction: Transaction,
        reflex: Reflex,
        starter: Starts,
        now: Micros,
    ) -> None:
        self._transaction = transaction
        self._reflex = reflex
        self._starter = starter
        self._now = now
        self._rows = EventRows(transaction, reflex.org_id)
        self._verdicts: dict[UUID, Verdict] = {}
        self._events: dict[UUID, Event] = {}
        self._judged: dict[UUID, Judged] = {}
        self._failures: list[str] = []
        self._fired = 0  # in the last minute, where any event is one of a chain

    async def run(self) -> Settled:
        """Decide up to ``MOST_AT_ONCE`` events, the oldest first, and write what they came to."""
        events = await self._rows.undecided(self._reflex.reflex_id, MOST_AT_ONCE)
        self._events = {event.event_id: event for event in events}
        self._judged = {event.event_id: self._judge(event) for event in events}
        if any(depth_of(event) >= CHAINED for event in events):
            since = Micros(self._now - MINUTE)
            self._fired = await self._rows.fired_since(self._reflex.reflex_id, since)
        decider = Decider(self._reflex.chosen.rules, await self._past(events))
        for event in events:
            if event.state is EventState.RECEIVED:
                await self._meet(decider, event)
        await self._carry_out(decider, decider.settle(self._now))
        if self._verdicts:
            await self._rows.decide(list(self._verdicts.values()), self._now)
        return self._settled(decider)

    async def _meet(self, decider: Decider, event: Event) -> None:
        await self._carry_out(decider, decider.settle(event.at))
        judged = self._judged[event.event_id]
        because = self._hindrance(event, judged)
        if because is not None:
            self._write(event, EventState.NOT_FIRED, because)
            return
        for decision in decider.meet(Occasion(event.event_id, event.at, judged.key.text)):
            await self._carry_out(decider, decision)
        if decider.waiting is not None and decider.waiting.id == event.event_id:
            self._write(event, EventState.WAITING, Because.WAITING)

    def _hindrance(self, event: Event, judged: Judged) -> Because | None:
        reflex = self._reflex
        if not reflex.is_active or event.at < (reflex.active_since or 0):
            return Because.INACTIVE
        if depth_of(event) >= MOST_DEPTH:
            return Because.TOO_DEEP
        if depth_of(event) >= CHAINED and self._fired >= MOST_CHAINED:
            return Because.TOO_MANY
        if not judged.matched:
            return Because.NOT_MATCHED
        has_key = reflex.chosen.rules.dedupe_key is not None
        return Because.KEY_UNKNOWN if has_key and judged.key.text is None else None

    def _judge(self, event: Event) -> Judged:
        if event.source is Source.MARKET:  # it was judged where the book was at hand
            return Judged(True, Key(event.dedupe_value), {})
        if event.state is EventState.WAITING:
            return Judged(True, Key(event.dedupe_value), {})
        return judge(self._reflex.chosen, {"event": event.payload, "at": event.at})

    async def _past(self, events: Sequence[Event]) -> Past:
        reflex_id, rules = self._reflex.reflex_id, self._reflex.chosen.rules
        keys = {each.key.text for each in self._judged.values() if each.key.text is not None}
        fired: dict[str, Micros] = {}
        if keys:
            since = Micros(min(event.at for event in events) - rules.dedupe_window)
            fired = await self._rows.fired_keys(reflex_id, keys, since=since)
        last = await self._rows.last_fired(reflex_id) if rules.throttle else None
        return Past(last, fired, self._still_waiting(events))

    def _still_waiting(self, events: Sequence[Event]) -> Occasion | None:
        waiting: Occasion | None = None
        for event in events:
            if event.state is not EventState.WAITING:
                continue
            if not self._reflex.is_active or event.at < (self._reflex.active_since or 0):
                self._write(event, EventState.NOT_FIRED, Because.INACTIVE)
                continue
            if waiting is not None:
                older = self._events[waiting.id]  # type: ignore[index]
                self._write(older, EventState.NOT_FIRED, Because.DEBOUNCED, by=event.at)
            waiting = Occasion(event.event_id, event.at, event.dedupe_value)
        return waiting

    async def _carry_out(self, decider: Decider, decision: Decision | None) -> None:
        if decision is None:
            return
        event = self._events[decision.occasion.id]  # type: ignore[index]
        if not decision.fires:
            self._write(event, EventState.NOT_FIRED, decision.because, by=decision.by)
            return
        new = execution_of(self._reflex, event)
        refused = await self._starter.start(
            self._transaction, self._reflex.org_id, [new], now=self._now
        )
        if not refused:
            self._fired += 1
            self._write(event, EventState.FIRED, Because.FIRED, execution_id=new.execution_id)
            return
        decider.take_back(decision)
        self._refuse(event, refused[0].error)

    def _refuse(self, event: Event, error: PlayheadError) -> None:
        # A skill that somebody switched off is no failure of the reflex.
        is_off = isinstance(error, SkillInactive)
        state = EventState.NOT_FIRED if is_off else EventState.FAILED
        message = error.message[:LONGEST_ERROR]
        if not is_off:
            self._failures.append(message)
        self._write(event, state, Because.REFUSED, error={"code": error.code, "message": message})

    def _write(
        self,
        event: Event,
        state: EventState,
        because: Because,
        *,
        by: Micros | None = None,
        execution_id: UUID | None = None,
        error: dict[str, str] | None = None,
    ) -> None:
        judged = self._judged[event.event_id]
        trace = {**event.trace, **judged.trace, "because": because.value}
        if by is not None:
            trace["by_event_at"] = format_instant(by)
        if error is not None:
            trace["error"] = error
        self._verdicts[event.event_id] = Verdict(
            event.event_id, state, trace, judged.key.text, execution_id
        )

    def _settled(self, decider: Decider) -> Settled:
        waiting, is_new = None, False
        if decider.waiting is not None and decider.due_at is not None:
            event = self._events[decider.waiting.id]  # type: ignore[index]
            waiting = event.event_id, decider.due_at
            is_new = event.state is EventState.RECEIVED
        return Settled(frozenset(self._events), waiting, is_new, tuple(self._failures))
