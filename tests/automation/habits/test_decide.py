"""What becomes of ticks that are due, whatever the facts."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.automation.habits.decide import Due, Facts, Verdict, decide
from playhead.automation.habits.model import (
    DAY,
    GRACE,
    SECOND,
    Misfire,
    Overlap,
    Policy,
    Reason,
    State,
)
from playhead.base.time import Micros

NOW = Micros(1_800_000_000 * SECOND)
MINUTE = 60 * SECOND

POLICIES = st.builds(
    Policy,
    overlap=st.sampled_from(Overlap),
    misfire=st.sampled_from(Misfire),
    misfire_most=st.integers(1, 5),
    misfire_window=st.integers(2, 20).map(lambda minutes: minutes * MINUTE),
)


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    ages: list[int] = sorted(draw(st.sets(st.integers(0, 30 * 60), max_size=12)), reverse=True)
    due = [Due(Micros(NOW - age * SECOND), Micros(NOW - age * SECOND)) for age in ages]
    waits = draw(st.booleans())
    if due and waits:
        due[0] = replace(due[0], state=State.BUFFERED)
    return Facts(NOW, due, draw(st.integers(0, 2)), draw(st.booleans()), draw(st.booleans()))


@given(policy=POLICIES, facts=some_facts())
def test_every_tick_has_one_verdict(policy: Policy, facts: Facts) -> None:
    verdicts = decide(policy, facts)

    assert sorted(verdict.due.tick for verdict in verdicts) == [due.tick for due in facts.due]
    assert all(verdict.state is not State.PLANNED for verdict in verdicts)


@given(policy=POLICIES, facts=some_facts())
def test_policies_are_kept(policy: Policy, facts: Facts) -> None:
    verdicts = decide(policy, facts)
    states = Counter(verdict.state for verdict in verdicts)
    ran = [verdict for verdict in verdicts if verdict.runs]

    assert states[State.BUFFERED] <= (policy.overlap is Overlap.BUFFER_ONE)
    if policy.overlap is not Overlap.ALLOW:
        assert len(ran) <= 1
    if policy.overlap in (Overlap.SKIP, Overlap.BUFFER_ONE) and facts.running:
        assert not ran
    most = {Misfire.SKIP: 0, Misfire.RUN_ONCE: 1, Misfire.RUN_ALL: policy.misfire_most}
    assert states[State.LATE] <= most[policy.misfire]
    assert not (ran and not (facts.is_active and facts.skill_is_active))
    for verdict in ran:
        waited = NOW - verdict.due.due_at
        assert waited <= policy.misfire_window or verdict.due.state is State.BUFFERED
        assert (verdict.state is State.LATE) == (
            waited > GRACE and verdict.due.state is State.PLANNED
        )


@given(policy=POLICIES, facts=some_facts())
def test_a_tick_runs_unless_there_is_a_reason_not_to(policy: Policy, facts: Facts) -> None:
    free = replace(facts, running=0, is_active=True, skill_is_active=True)
    window = policy.misfire_window if policy.misfire is not Misfire.SKIP else GRACE
    able = [
        due
        for due in free.due
        if due.state is State.BUFFERED or NOW - due.due_at <= max(window, GRACE)
    ]

    assert any(verdict.runs for verdict in decide(policy, free)) == bool(able)


@given(policy=POLICIES, facts=some_facts())
def test_ticks_on_time_fare_the_same_one_by_one(policy: Policy, facts: Facts) -> None:
    if policy.overlap is Overlap.CANCEL_OLD:
        return  # together, the newest runs; one by one each cancels the one before
    due = [each for each in facts.due if NOW - each.due_at <= GRACE]
    together = decide(policy, replace(facts, due=due))

    ended: list[Verdict] = []
    running, waiting = facts.running, list[Due]()
    for each in due:
        verdicts = decide(policy, replace(facts, due=[*waiting, each], running=running))
        running += sum(verdict.runs for verdict in verdicts)
        waits = [verdict for verdict in verdicts if verdict.state is State.BUFFERED]
        waiting = [replace(verdict.due, state=State.BUFFERED) for verdict in waits]
        ended += [verdict for verdict in verdicts if verdict not in waits]

    def told(verdicts: list[Verdict]) -> set[tuple[Micros, State]]:
        return {(verdict.due.tick, verdict.state) for verdict in verdicts}

    held = {(each.tick, State.BUFFERED) for each in waiting}
    assert told(together) == told(ended) | held


def at(minutes: int, state: State = State.PLANNED) -> Due:
    tick = Micros(NOW - minutes * MINUTE)
    return Due(tick, tick, state)


def told(policy: Policy, *due: Due, running: int = 0) -> list[tuple[str, str]]:
    verdicts = decide(policy, Facts(NOW, due, running))
    ordered = sorted(verdicts, key=lambda verdict: verdict.due.tick)
    return [(verdict.state.value, verdict.reason.value) for verdict in ordered]


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        (Misfire.SKIP, [("skipped", "missed")] * 4),
        (
            Misfire.RUN_ONCE,
            [
                ("expired", "too_old"),
                *[("coalesced", "newer_runs")] * 2,
                ("late", "made_up"),
            ],
        ),
        (
            Misfire.RUN_ALL,
            [("expired", "too_old"), ("expired", "too_many"), *[("late", "made_up")] * 2],
        ),
    ],
)
def test_missed_ticks(misfire: Misfire, expected: list[tuple[str, str]]) -> None:
    policy = Policy(Overlap.ALLOW, misfire, misfire_most=2, misfire_window=60 * MINUTE)

    assert told(policy, at(90), at(30), at(20), at(10)) == expected


def test_a_tick_on_time_makes_up_for_those_that_were_missed() -> None:
    policy = Policy(misfire_window=DAY)

    assert told(policy, at(20), at(10), at(0)) == [
        *[("coalesced", "newer_runs")] * 2,
        ("fired", "on_time"),
    ]


@pytest.mark.parametrize(
    ("overlap", "expected"),
    [
        (Overlap.SKIP, ("skipped", "still_running")),
        (Overlap.BUFFER_ONE, ("buffered", "still_running")),
        (Overlap.ALLOW, ("fired", "on_time")),
        (Overlap.CANCEL_OLD, ("fired", "on_time")),
    ],
)
def test_a_tick_during_a_run(overlap: Overlap, expected: tuple[str, str]) -> None:
    assert told(Policy(overlap), at(0), running=1) == [expected]


def test_one_tick_waits_and_runs_once_the_run_before_has_ended() -> None:
    policy, waiting = Policy(Overlap.BUFFER_ONE), at(10, State.BUFFERED)

    assert told(policy, waiting, at(0), running=1) == [
        ("buffered", "still_running"),
        ("coalesced", "another_waits"),
    ]
    assert told(policy, waiting) == [("fired", "released")]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts(NOW, [at(0)], is_active=False), Reason.HABIT_INACTIVE),
        (Facts(NOW, [at(0)], skill_is_active=False), Reason.SKILL_INACTIVE),
    ],
    ids=["habit", "skill"],
)
def test_nothing_runs_that_somebody_switched_off(facts: Facts, reason: Reason) -> None:
    (verdict,) = decide(Policy(), facts)

    assert (verdict.state, verdict.reason) == (State.SKIPPED, reason)
