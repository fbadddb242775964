"""The sums of sets say what the explanations of single instants say, whatever was recorded."""

import asyncio
from dataclasses import dataclass, field
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playhead.base.time import Micros
from playhead.history.coverage.days import Days
from playhead.history.coverage.explain import Explainer, Fault, Span, Story
from playhead.history.coverage.pauses import Said, pauses_of
from playhead.history.coverage.shares import day_of
from playhead.storage.postgres import Database
from tests.history.coverage.rows import Rows
from tests.history.rewind.builders import second

UNIT = 5 * 3600
"""Seconds: all that happens does so at multiples, some of them on other days than others."""
LAST = 16
FIRST_ASKED = 5
"""What the window does not show has happened before it."""
CAUSES = st.sampled_from(["gap", "disconnect", "unsubscribed", "end_of_recording", "stall"])
UNTIMED = {"not_yet_open", "market_closed", "exchange_closed"}


@dataclass(frozen=True)
class Held:
    """An interval `[since, until)` in units; ``closed_by`` None: it is open."""

    capture: int
    since: int
    until: int
    closed_by: str | None


@dataclass(frozen=True)
class Past:
    opens: int | None
    closes: int | None
    held: list[Held]
    faults: list[tuple[int, int, int | None]]
    started: list[int | None]
    said: list[tuple[int, bool]]
    proven: dict[date, int] = field(default_factory=dict)


@st.composite
def held_by(draw: st.DrawFn, capture: int) -> list[Held]:
    edges = sorted(draw(st.lists(st.integers(0, LAST), max_size=6)))
    pairs = dict.fromkeys(zip(edges[::2], edges[1::2], strict=False))  # no two at one instant
    intervals = [Held(capture, *pair, draw(CAUSES)) for pair in pairs]
    ends_open = draw(st.booleans())
    if intervals and ends_open:
        last = intervals.pop()
        intervals.append(Held(capture, last.since, last.until, None))
    return intervals


TIMES = st.none() | st.integers(0, LAST)
FAULTS = st.tuples(st.integers(1, 2), st.integers(0, LAST), TIMES)
PASTS = st.builds(
    Past,
    TIMES,
    TIMES,
    st.tuples(held_by(1), held_by(2)).map(lambda both: both[0] + both[1]),
    st.lists(FAULTS, max_size=2, unique_by=lambda each: each[:2]).map(
        lambda faults: [each for each in faults if each[2] is None or each[1] < each[2]]
    ),
    st.tuples(TIMES, TIMES).map(list),
    st.lists(
        st.tuples(st.integers(0, LAST), st.booleans()), max_size=3, unique_by=lambda each: each[0]
    ),
)


def unit(number: int | None) -> int | None:
    return None if number is None else (number - 10) * UNIT


def at(number: int | None) -> Micros | None:
    return None if number is None else second((number - 10) * UNIT)


def last_of(number: int) -> float:
    return (number - 10) * UNIT - 0.000001


def put(rows: Rows, past: Past) -> None:
    rows.clear()
    for capture, started in enumerate(past.started, start=1):
        rows.capture(capture, started=unit(started))
    market = rows.market("A", opens=unit(past.opens), closes=unit(past.closes), engine=3)
    for each in past.held:
        sid = each.since if each.closed_by else 99
        rows.interval(
            market,
            (each.since - 10) * UNIT,
            last_of(each.until),
            each.closed_by,
            capture=each.capture,
            sid=sid,
        )
        if each.closed_by is None:
            rows.stream(last_of(each.until), capture=each.capture, sid=sid)
    for capture, since, until in past.faults:
        upto = None if until is None else last_of(until)
        rows.fault((since - 10) * UNIT, upto, capture=capture)
    for when, is_active in past.said:
        rows.said((when - 10) * UNIT, is_active, engine=3)


def story_of(past: Past) -> Story:
    faults = {
        capture: tuple(
            Fault(second((since - 10) * UNIT), _before(until), "lag")
            for number, since, until in past.faults
            if number == capture
        )
        for capture in (1, 2)
    }
    holding = {each.capture for each in past.held}
    started = [at(when) for number, when in enumerate(past.started, 1) if number in holding]
    return Story(
        now=second((LAST - 10) * UNIT),
        open_at=at(past.opens),
        close_at=at(past.closes),
        pauses=pauses_of(Said(second((when - 10) * UNIT), 3, on) for when, on in past.said),
        started=[when for when in started if when is not None],
        spans=[
            Span(
                second((each.since - 10) * UNIT),
                Micros(second((each.until - 10) * UNIT) - 1),
                each.capture,
                f"recorder-{each.capture}",
                each.closed_by,
                faults=faults[each.capture],
            )
            for each in past.held
        ],
    )


def _before(until: int | None) -> Micros | None:
    return None if until is None else Micros(second((until - 10) * UNIT) - 1)


def told(past: Past) -> tuple[dict[date, int], dict[date, int]]:
    """Return proven and missing seconds by day, instant by instant."""
    story = story_of(past)
    explainer = Explainer(story)
    proven: dict[date, int] = {}
    gap: dict[date, int] = {}
    for hour in range(FIRST_ASKED * 5, LAST * 5):
        now = second(hour * 3600 - 10 * UNIT)
        cause = explainer.explain(now, Micros(now + 1))[0]
        if cause.cause in UNTIMED:
            continue
        if any(_proves(span, now) for span in story.spans):
            proven[day_of(now)] = proven.get(day_of(now), 0) + 3600
        elif cause.is_gap or cause.cause == "not_yet_recorded":
            gap[day_of(now)] = gap.get(day_of(now), 0) + 3600
    return proven, gap


def _proves(span: Span, now: Micros) -> bool:
    return span.since <= now <= span.upto and not any(
        fault.since <= now and (fault.upto is None or now <= fault.upto) for fault in span.faults
    )


async def summed(url: str) -> tuple[dict[date, int], dict[date, int]]:
    async with Database.open(url, connections=1) as database:
        days = await Days(database).between(
            second((FIRST_ASKED - 10) * UNIT), second((LAST - 10) * UNIT)
        )
    return (
        {day.day: day.proven // 1_000_000 for day in days.values() if day.proven},
        {day.day: day.gap // 1_000_000 for day in days.values() if day.gap},
    )


def test_sums_and_explanations_agree(module_database_url: str) -> None:
    @settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(past=PASTS)
    def holds(past: Past) -> None:
        put(rows, past)
        assert asyncio.run(summed(module_database_url)) == told(past)

    with Rows(module_database_url) as rows:
        holds()
