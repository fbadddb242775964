"""Causes of what no book proves: each instant has one, and the more telling one wins."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.base.time import Micros
from playhead.history.coverage.causes import IS_GAP, SUSPECTS
from playhead.history.coverage.explain import Absence, Fault, Pause, Span, Story, explain

LAST = 40
LATER = Micros(1000)


def at(number: int | None) -> Micros | None:
    return None if number is None else Micros(number)


def span(
    since: int,
    upto: int,
    closed_by: str | None = "gap",
    *,
    detected: int | None = None,
    capture: int = 1,
    faults: tuple[Fault, ...] = (),
) -> Span:
    named = f"recorder-{capture}"
    return Span(Micros(since), Micros(upto), capture, named, closed_by, at(detected), faults)


def pause(since: int, until: int | None) -> Pause:
    return Pause(Micros(since), at(until))


def fault(since: int, upto: int | None, cause: str = "lag") -> Fault:
    return Fault(Micros(since), at(upto), cause)


def causes(
    story: Story, since: int | None, until: int | None
) -> list[tuple[str, int | None, int | None]]:
    return [(each.cause, each.since, each.until) for each in explain(story, at(since), at(until))]


def story(now: int = LATER, **parts: object) -> Story:
    return Story(Micros(now), **parts)  # type: ignore[arg-type]


def test_an_end_is_told_by_what_closed_it() -> None:
    told = explain(story(spans=[span(0, 9, "disconnect")]), Micros(10), Micros(20))

    assert told == [Absence("disconnect", Micros(10), Micros(20), "recorder-1")]


def test_an_interval_that_is_still_open_is_not_recorded_further_yet() -> None:
    assert causes(story(spans=[span(0, 9, None)]), 10, None) == [("not_yet_recorded", 10, None)]


def test_before_any_interval_nothing_was_recorded() -> None:
    assert causes(story(started=[Micros(7)]), None, 20) == [("before_recording", None, 20)]


@pytest.mark.parametrize(
    ("started", "cause"),
    [([3], "missed_opening"), ([10], "missed_opening"), ([11], "before_recording")],
)
def test_a_first_book_after_the_opening_was_missed_only_by_who_was_there(
    started: list[int], cause: str
) -> None:
    told = causes(story(open_at=Micros(10), started=[Micros(n) for n in started]), None, 20)

    assert told == [("not_yet_open", None, 10), (cause, 10, 20)]


def test_before_its_opening_and_after_its_close_a_market_has_no_gap() -> None:
    told = causes(story(open_at=Micros(5), close_at=Micros(30), spans=[span(0, 1)]), 2, None)

    assert told == [("not_yet_open", 2, 5), ("gap", 5, 30), ("market_closed", 30, None)]


def test_a_pause_is_no_gap_and_the_gap_goes_on_after_it() -> None:
    told = causes(story(spans=[span(0, 9, "disconnect")], pauses=[pause(9, 14)]), 10, 20)

    assert told == [("exchange_closed", 10, 14), ("disconnect", 14, 20)]


def test_a_pause_that_lasts_has_no_end() -> None:
    told = causes(story(spans=[span(0, 9, "disconnect")], pauses=[pause(12, None)]), 10, None)

    assert told == [("disconnect", 10, 12), ("exchange_closed", 12, None)]


@pytest.mark.parametrize("cause", sorted(SUSPECTS))
def test_what_was_wrong_already_is_suspect_up_to_its_detection(cause: str) -> None:
    told = causes(story(spans=[span(0, 9, cause, detected=15)]), 10, 20)

    assert told == [("suspect", 10, 16), (cause, 16, 20)]


def test_a_loss_that_was_seen_later_is_not_suspect() -> None:
    assert causes(story(spans=[span(0, 9, "gap", detected=15)]), 10, 20) == [("gap", 10, 20)]


def test_a_book_whose_clock_cannot_be_believed_is_told_by_the_fault() -> None:
    held = span(0, 30, None, faults=(fault(10, 14),))

    assert causes(story(spans=[held]), 10, 15) == [("lag", 10, 15)]


def test_an_end_inside_a_fault_is_told_from_the_end_on() -> None:
    held = span(0, 12, "disconnect", faults=(fault(10, 14, "clock_step"),))

    assert causes(story(spans=[held]), 10, 20) == [("clock_step", 10, 13), ("disconnect", 13, 20)]


def test_a_fault_that_goes_on_reaches_as_far_as_its_interval() -> None:
    held = span(0, 12, None, faults=(fault(10, None),))

    assert causes(story(spans=[held]), 10, None) == [
        ("lag", 10, 13),
        ("not_yet_recorded", 13, None),
    ]


def test_of_two_recorders_the_one_that_reached_further_tells_the_cause() -> None:
    spans = [span(0, 5, "disconnect"), span(0, 9, "overflow", capture=2)]

    assert explain(story(spans=spans), Micros(10), Micros(20)) == [
        Absence("overflow", Micros(10), Micros(20), "recorder-2")
    ]


def test_what_has_not_come_yet_is_not_told() -> None:
    known = story(12, spans=[span(0, 9)], close_at=Micros(30), pauses=[pause(15, 17)])

    assert causes(known, 10, None) == [("gap", 10, None)]


def test_closed_markets_and_exchanges_are_not_gaps_and_lost_messages_are() -> None:
    no_gaps = {cause for cause, counts in IS_GAP.items() if not counts}

    assert no_gaps == {
        "not_yet_open",
        "market_closed",
        "exchange_closed",
        "before_recording",
        "not_yet_recorded",
        "unsubscribed",
        "end_of_recording",
    }
    assert Absence("a cause of tomorrow", None, None).is_gap


instants = st.integers(0, LAST)
maybe = st.none() | instants


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    since = draw(instants)
    return fault(since, draw(st.none() | st.integers(since, LAST)), draw(st.sampled_from("ab")))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    since = draw(instants)
    return span(
        since,
        draw(st.integers(since, LAST)),
        draw(st.sampled_from([None, "gap", "crossed_book"])),
        detected=draw(maybe),
        capture=draw(st.integers(1, 3)),
        faults=tuple(draw(st.lists(faults(), max_size=2))),
    )


@st.composite
def pauses(draw: st.DrawFn) -> Pause:
    since = draw(instants)
    return pause(since, draw(st.none() | st.integers(since, LAST)))


stories = st.builds(
    Story,
    st.integers(LAST + 2, LAST + 3).map(Micros),
    maybe.map(at),
    maybe.map(at),
    st.lists(pauses(), max_size=3),
    st.lists(instants.map(Micros), max_size=2),
    st.lists(spans(), max_size=5),
)


def cause_at(known: Story, instant: int) -> str:
    """The rule, read instant by instant."""
    if known.open_at is not None and instant < known.open_at:
        return "not_yet_open"
    if known.close_at is not None and instant >= known.close_at:
        return "market_closed"
    if any(p.since <= instant < (LATER if p.until is None else p.until) for p in known.pauses):
        return "exchange_closed"
    begun = [each for each in known.spans if each.since <= instant]
    if not begun:
        missed = known.open_at is not None and min(known.started, default=LATER) <= known.open_at
        return "missed_opening" if missed else "before_recording"
    held = sorted(
        (each.capture_id, f.cause)
        for each in begun
        for f in each.faults
        if instant <= each.upto and f.since <= instant <= (LATER if f.upto is None else f.upto)
    )
    if held:
        return held[0][1]
    last = min(begun, key=lambda each: (-each.upto, each.capture_id, -each.since))
    if last.closed_by == "crossed_book" and instant <= (last.detected or -1):
        return "suspect"
    return last.closed_by or "not_yet_recorded"


@given(known=stories, start=maybe, length=st.none() | st.integers(1, LAST))
def test_every_instant_of_a_stretch_has_the_cause_that_the_rule_gives_it(
    known: Story, start: int | None, length: int | None
) -> None:
    until = None if length is None else (start or 0) + length
    told = explain(known, at(start), at(until))

    assert (told[0].since, told[-1].until) == (start, until)
    assert [each.until for each in told[:-1]] == [each.since for each in told[1:]]
    assert all(one != other for one, other in pairwise(map(reason, told)))
    for instant in range(start or 0, LAST + 2 if until is None else until):
        (cause,) = {each.cause for each in told if is_in(each, instant)}
        assert cause == cause_at(known, instant)


def reason(told: Absence) -> tuple[str, str | None]:
    return told.cause, told.recorder


def is_in(told: Absence, instant: int) -> bool:
    begun = told.since is None or told.since <= instant
    return begun and (told.until is None or instant < told.until)
