"""What becomes of the ticks of a habit that are due. Pure: no clock, no database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playhead.automation.habits.model import GRACE, Misfire, Overlap, Policy, Reason, State
from playhead.base.time import Micros


@dataclass(frozen=True, slots=True)
class Due:
    """A tick that is due, or that waits for a run to end (`State.BUFFERED`).

    Attributes:
        due_at: The tick and its jitter.
    """

    tick: Micros
    due_at: Micros
    state: State = State.PLANNED


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so at the moment of the decision.

    Attributes:
        running: How many executions of the habit have not ended.
        due: Every tick that is due or waits, in order.
    """

    now: Micros
    due: Sequence[Due]
    running: int = 0
    is_active: bool = True
    skill_is_active: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one tick, and why. It runs where its state is `FIRED` or `LATE`."""

    due: Due
    state: State
    reason: Reason

    @property
    def runs(self) -> bool:
        """Whether an execution starts."""
        return self.state in (State.FIRED, State.LATE)


def decide(policy: Policy, facts: Facts) -> list[Verdict]:
    """Return one verdict for each tick of ``facts``, in no particular order.

    Where the policy is `Overlap.CANCEL_OLD` and a tick runs, what still runs is to be cancelled.
    """
    for is_active, reason in (
        (facts.is_active, Reason.HABIT_INACTIVE),
        (facts.skill_is_active, Reason.SKILL_INACTIVE),
    ):
        if not is_active:
            return [Verdict(due, State.SKIPPED, reason) for due in facts.due]
    missed = [due for due in facts.due if _is_missed(due, facts.now)]
    rest = [due for due in facts.due if not _is_missed(due, facts.now)]
    fresh = any(due.state is State.PLANNED for due in rest)
    verdicts = list(_misfired(policy, missed, facts.now, newer=fresh))
    gone = {verdict.due.tick for verdict in verdicts}
    candidates = [due for due in facts.due if due.tick not in gone]
    return verdicts + list(_overlapping(policy.overlap, candidates, facts))


def _is_missed(due: Due, now: Micros) -> bool:
    return due.state is State.PLANNED and now - due.due_at > GRACE


def _misfired(
    policy: Policy, missed: Sequence[Due], now: Micros, *, newer: bool
) -> Iterator[Verdict]:
    """Yield what becomes of missed ticks that do not run."""
    if policy.misfire is Misfire.SKIP:
        yield from (Verdict(due, State.SKIPPED, Reason.MISSED) for due in missed)
        return
    kept: list[Due] = []
    for due in missed:
        if now - due.due_at > policy.misfire_window:
            yield Verdict(due, State.EXPIRED, Reason.TOO_OLD)
        else:
            kept.append(due)
    if policy.misfire is Misfire.RUN_ALL:
        beyond = kept[: -policy.misfire_most]
        yield from (Verdict(due, State.EXPIRED, Reason.TOO_MANY) for due in beyond)
    else:
        older = kept if newer else kept[:-1]
        yield from (Verdict(due, State.COALESCED, Reason.NEWER_RUNS) for due in older)


def _overlapping(overlap: Overlap, candidates: Sequence[Due], facts: Facts) -> Iterator[Verdict]:
    if overlap is Overlap.ALLOW:
        yield from (_run(due, facts.now) for due in candidates)
    elif overlap is Overlap.CANCEL_OLD:
        older = candidates[:-1]
        yield from (Verdict(due, State.COALESCED, Reason.NEWER_RUNS) for due in older)
        yield from (_run(due, facts.now) for due in candidates[-1:])
    else:
        yield from _in_turn(overlap, candidates, facts)


def _in_turn(overlap: Overlap, candidates: Sequence[Due], facts: Facts) -> Iterator[Verdict]:
    busy, waits = facts.running > 0, False
    for due in candidates:
        if not busy:
            busy = True
            yield _run(due, facts.now)
        elif overlap is Overlap.SKIP:
            yield Verdict(due, State.SKIPPED, Reason.STILL_RUNNING)
        elif not waits:
            waits = True
            yield Verdict(due, State.BUFFERED, Reason.STILL_RUNNING)
        else:
            yield Verdict(due, State.COALESCED, Reason.ANOTHER_WAITS)


def _run(due: Due, now: Micros) -> Verdict:
    if due.state is State.BUFFERED:
        return Verdict(due, State.FIRED, Reason.RELEASED)
    if _is_missed(due, now):
        return Verdict(due, State.LATE, Reason.MADE_UP)
    return Verdict(due, State.FIRED, Reason.ON_TIME)
