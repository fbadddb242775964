"""Decide about the ticks of one organisation that are due, and start what runs: one transaction.

Everything that follows from a tick commits together: that its execution is there, and that the tick
has ended. Whoever dies in between leaves it as it was, and the id of an execution follows from its
tick: nothing is lost, and nothing is done twice.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from playhead.automation.executions import ExecutionType, NewExecution, Refused, Starter
from playhead.automation.habits.decide import Facts, Verdict, decide
from playhead.automation.habits.errors import HABIT_PREFIX
from playhead.automation.habits.firing.pause import tell_paused
from playhead.automation.habits.firing.repository import Outcome, Runnable, Ticks
from playhead.automation.habits.model import Overlap, Reason, State, execution_id
from playhead.automation.notices import Notices
from playhead.automation.skills import SkillInactive
from playhead.base.ids import format_id
from playhead.base.time import Micros, format_instant
from playhead.storage.postgres import Transaction


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one tick of a habit.

    Attributes:
        execution_id: Of what starts, where anything does.
    """

    habit: Runnable
    verdict: Verdict
    execution_id: UUID | None


async def fire(
    tx: Transaction,
    org_id: UUID,
    habit_ids: Collection[UUID],
    *,
    starter: Starter,
    notices: Notices,
    now: Micros,
) -> list[Outcome]:
    """Return what became of the ticks of these habits that are due ``now``.

    What has to give way is cancelled before anything else is locked: a run that ends at this moment
    holds its own row, and wants that of its habit.
    """
    ticks = Ticks(tx, org_id)
    await ticks.take_turn()
    habits = await ticks.due(habit_ids, now)
    decided = [each for habit in habits for each in _decide(habit, now)]
    running = [each for each in decided if each.verdict.runs]
    await _cancel(tx, org_id, running, starter, now)
    news = [_new_execution(each) for each in running]
    refusals = await starter.start(tx, org_id, news, now=now) if news else []
    refused = {each.execution_id: each for each in refusals}
    outcomes = [_outcome(each, refused) for each in decided]
    if outcomes:
        await ticks.end(outcomes, now)
    await _count(tx, org_id, list(_failures(running, refused)), notices, now)
    return outcomes


def _decide(habit: Runnable, now: Micros) -> Iterator[Decided]:
    facts = Facts(now, habit.due, len(habit.running), habit.is_active, habit.skill_is_active)
    for verdict in decide(habit.policy, facts):
        started = execution_id(habit.habit_id, verdict.due.tick) if verdict.runs else None
        yield Decided(habit, verdict, started)


async def _cancel(
    tx: Transaction, org_id: UUID, running: Sequence[Decided], starter: Starter, now: Micros
) -> None:
    for each in running:
        if each.habit.policy.overlap is Overlap.CANCEL_OLD and each.habit.running:
            by = format_id(HABIT_PREFIX, each.habit.habit_id)
            await starter.cancel(tx, org_id, each.habit.running, by=by, now=now)


def _new_execution(decided: Decided) -> NewExecution:
    habit, due = decided.habit, decided.verdict.due
    assert decided.execution_id is not None
    return NewExecution(
        execution_id=decided.execution_id,
        skill_id=habit.skill_id,
        given=habit.config,
        type=ExecutionType.HABIT,
        created_by=habit.created_by,
        at=due.tick,
        label=habit.label,
        reference_id=habit.habit_id,
        trigger={
            "tick": format_instant(due.tick),
            "due_at": format_instant(due.due_at),
            "state": decided.verdict.state.value,
            "reason": decided.verdict.reason.value,
        },
    )


def _outcome(decided: Decided, refused: Mapping[UUID, Refused]) -> Outcome:
    habit_id, verdict, started = decided.habit.habit_id, decided.verdict, decided.execution_id
    if started is not None and started in refused:
        reason = f"{Reason.REFUSED}: {refused[started].error.code}"
        return Outcome(habit_id, verdict, State.SKIPPED, reason, None)
    return Outcome(habit_id, verdict, verdict.state, verdict.reason.value, started)


def _failures(
    running: Sequence[Decided], refused: Mapping[UUID, Refused]
) -> Iterator[tuple[UUID, str]]:
    """Yield habits whose run was refused; a skill that somebody switched off is no failure."""
    for each in running:
        refusal = refused.get(each.execution_id) if each.execution_id else None
        if refusal is not None and not isinstance(refusal.error, SkillInactive):
            yield each.habit.habit_id, refusal.error.message


async def _count(
    tx: Transaction,
    org_id: UUID,
    failures: Sequence[tuple[UUID, str]],
    notices: Notices,
    now: Micros,
) -> None:
    if failures:
        failing = await Ticks(tx, org_id).fail(dict(failures), now)
        await tell_paused(tx, org_id, failing, notices, now)
