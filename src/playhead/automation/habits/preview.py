"""What an expression means: in words, as the next runs, and what changes of the clock do. Pure."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from playhead.automation.habits.errors import ScheduleInvalid, TimezoneUnknown
from playhead.automation.habits.schedule import (
    Change,
    Run,
    Schedule,
    describe,
    next_runs,
    parse_schedule,
)
from playhead.base.time import Micros

_MESSAGES = {
    Change.SHIFTED: ("{span} does not exist on {day}: it runs when the clock leaps, at {shown}",)
    * 2,
    Change.SKIPPED: (
        "{span} does not exist on {day}: it is left out",
        "{span} do not exist on {day}: {runs} runs are left out",
    ),
    Change.REPEATED: (
        "{span} comes twice on {day}: it runs both times",
        "{span} come twice on {day}: they run both times",
    ),
    Change.FIRST_ONLY: (
        "{span} comes twice on {day}: it runs the first time",
        "{span} come twice on {day}: they run the first time",
    ),
}


@dataclass(frozen=True, slots=True)
class DstNote:
    """What a change of the clock does to runs of one day.

    Attributes:
        at: When the first of them runs, or would.
        runs: How many.
    """

    at: Micros
    change: Change
    runs: int
    message: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The next runs of a schedule, and what changes of the clock do to them."""

    schedule: Schedule
    description: str
    runs: Sequence[Run]
    notes: Sequence[DstNote]


def preview(schedule: Schedule, now: Micros, most: int) -> Preview:
    """Return the first ``most`` runs later than ``now``."""
    found = next_runs(schedule, now, most)
    return Preview(
        schedule,
        describe(schedule.expression),
        [run for run in found if run.change is not Change.SKIPPED],
        list(_notes(schedule, found)),
    )


def try_preview(
    expression: str, timezone: str, now: Micros, most: int
) -> Preview | ScheduleInvalid | TimezoneUnknown:
    """Return the same for an expression that may be none: then what is wrong with it."""
    try:
        return preview(parse_schedule(expression, timezone), now, most)
    except (ScheduleInvalid, TimezoneUnknown) as error:
        return error


def _notes(schedule: Schedule, runs: Iterable[Run]) -> Iterator[DstNote]:
    def key(run: Run) -> tuple[date, str]:
        return run.wall.date(), run.change or ""

    changed = sorted((run for run in runs if run.change is not None), key=key)
    for (day, _), group in itertools.groupby(changed, key):
        yield _note(schedule, day, list(group))


def _note(schedule: Schedule, day: date, runs: Sequence[Run]) -> DstNote:
    change = runs[0].change
    assert change is not None
    walls = sorted({f"{run.wall:%H:%M}" for run in runs})
    alone = len(walls) == 1
    shown, _ = schedule.local_text(runs[0].at)
    message = _MESSAGES[change][0 if alone else 1].format(
        span=walls[0] if alone else f"{walls[0]} to {walls[-1]}",
        day=day,
        runs=len(runs),
        shown=shown[11:16],
    )
    return DstNote(min(run.at for run in runs), change, len(runs), message)
