"""When a habit runs: a cron expression read by the wall clock of a time zone. Pure.

`cronsim` reads the expression and finds the wall clock times; the changes of the zone are ours.
They are treated as Vixie's cron does:

- An expression of fixed times (neither the minutes nor the hours begin with ``*``) runs once for
  each of them. A time that the clock leaps over runs at the leap, together with others of the same
  leap; a time that the clock shows twice runs the first time.
- Any other runs whenever the clock shows a time of it: never for what is leapt over, twice for what
  is shown twice.
"""

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from cron_descriptor import (  # type: ignore[import-untyped]
    ExpressionDescriptor,
    FormatException,
    Options,
)
from cronsim import CronSim, CronSimError

from playhead.automation.habits.errors import ScheduleInvalid
from playhead.automation.habits.zone import (
    Gap,
    instants_of,
    offset_at,
    offset_text,
    wall_of,
    zone_of,
)
from playhead.base.time import MICROS_PER_SECOND, Micros

SHORTEST, LONGEST = 9, 100
FIELDS = 5
_AROUND = 3 * 3600 * MICROS_PER_SECOND  # no clock that counts goes back further
_STEP = re.compile(r"/(\d+)")
_SPAN_OF_ONE = re.compile(r"(?<![\w-])(\w+)-\1/\d+(?!\w)", re.ASCII | re.IGNORECASE)
_SIZES = (60, 24, 31, 12, 7)
_SOME_TIME = datetime(2024, 1, 1)  # noqa: DTZ001 -- a wall clock; the first of a leap year


class Change(StrEnum):
    """What a change of the clock does to a run."""

    SHIFTED = "shifted"
    SKIPPED = "skipped"
    REPEATED = "repeated"
    FIRST_ONLY = "first_only"


@dataclass(frozen=True, slots=True)
class Run:
    """A time that an expression names.

    Attributes:
        at: When it runs; for one that is skipped, when the clock leaps over it.
        wall: What the expression says, without a zone.
        change: What the clock does to it, where it changes.
    """

    at: Micros
    wall: datetime
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A cron expression of five fields, and the name of the zone whose clock it means."""

    expression: str
    timezone: str

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return zone_of(self.timezone)

    @property
    def is_fixed(self) -> bool:
        """Whether it names fixed times, each of which runs once whatever the clock does."""
        minutes, hours = self.expression.split()[:2]
        return not minutes.startswith("*") and not hours.startswith("*")

    def runs(self, after: Micros) -> Iterator[Run]:
        """Yield the times later than ``after``, in order, those that are skipped among them."""
        found = self._fixed(after) if self.is_fixed else self._wandering(after)
        return (run for run in found if run.at > after)

    def ticks(self, after: Micros) -> Iterator[Micros]:
        """Yield the instants later than ``after`` at which it runs, in order, each once."""
        return (run.at for run in self.runs(after) if run.change is not Change.SKIPPED)

    def local_text(self, at: Micros) -> tuple[str, str]:
        """Return what the clock of the zone shows ``at`` an instant, and its offset from UTC."""
        offset = offset_text(offset_at(at, self.zone))
        return f"{wall_of(at, self.zone):%Y-%m-%dT%H:%M:%S}{offset}", offset

    def _walls(self, after: Micros, margin: int = 0) -> Iterator[datetime]:
        return CronSim(_plain(self.expression), wall_of(Micros(after - margin), self.zone))

    def _fixed(self, after: Micros) -> Iterator[Run]:
        zone, last = self.zone, None
        for wall in self._walls(after):
            found = instants_of(wall, zone)
            if isinstance(found, Gap):
                merged = found.leap == last
                yield Run(found.leap, wall, Change.SKIPPED if merged else Change.SHIFTED)
                last = found.leap
            elif found[0] != last:  # not the time itself that the clock leaps to
                yield Run(found[0], wall, Change.FIRST_ONLY if len(found) > 1 else None)
                last = found[0]

    def _wandering(self, after: Micros) -> Iterator[Run]:
        zone = self.zone
        again: list[tuple[Micros, datetime]] = []  # what is shown a second time, later
        for wall in self._walls(after, _margin(after, zone)):
            found = instants_of(wall, zone)
            first = found.leap if isinstance(found, Gap) else found[0]
            while again and again[0][0] < first:
                yield Run(*heapq.heappop(again), Change.REPEATED)
            if isinstance(found, Gap):
                yield Run(first, wall, Change.SKIPPED)
                continue
            yield Run(first, wall, Change.REPEATED if len(found) > 1 else None)
            if len(found) > 1:
                heapq.heappush(again, (found[1], wall))


def parse_schedule(expression: str, timezone: str) -> Schedule:
    """Return the schedule of an ``expression``, its spaces made single.

    Raises:
        ScheduleInvalid: It has not five fields, cannot be read, or names no time that there is.
        TimezoneUnknown: There is no such zone.
    """
    parts = expression.split()
    if len(parts) != FIELDS:
        raise ScheduleInvalid(_fields_missing(len(parts)))
    tidy = " ".join(parts)
    if not SHORTEST <= len(tidy) <= LONGEST:
        raise ScheduleInvalid(f"an expression has {LONGEST} characters at most")
    zone_of(timezone)
    _check(tidy)
    return Schedule(tidy, timezone)


def next_runs(schedule: Schedule, after: Micros, most: int) -> list[Run]:
    """Return the first ``most`` runs later than ``after``, and those skipped before the last."""
    found: list[Run] = []
    ran = 0
    for run in schedule.runs(after):
        found.append(run)
        ran += run.change is not Change.SKIPPED
        if ran == most:
            break
    return found


@lru_cache(maxsize=1024)
def describe(expression: str) -> str:
    """Return in English what a valid ``expression`` says; itself where there are no words."""
    options = Options()
    options.use_24hour_time_format = True
    options.locale_code = "en_US"
    try:
        text: str = ExpressionDescriptor(expression, options).get_description()
    except (FormatException, ValueError, IndexError, KeyError):  # what it cannot put into words
        return expression
    return text


def _check(expression: str) -> None:
    for part, size in zip(expression.split(), _SIZES, strict=True):
        for step in _STEP.findall(part):
            if int(step) >= size:
                raise ScheduleInvalid(f"a step of {step} goes past the end of its field ({part})")
    try:
        next(CronSim(_plain(expression), _SOME_TIME))
    except CronSimError as error:
        raise ScheduleInvalid(
            f"{expression!r} cannot be read: {error}".replace("Bad", "bad")
        ) from (error)
    except StopIteration as error:
        raise ScheduleInvalid(f"{expression!r} names a time that never comes") from error


def _plain(expression: str) -> str:
    # `5-5/2` is 5; cronsim takes it for `5/2`, which is every other one from 5 on.
    return _SPAN_OF_ONE.sub(r"\1", expression)


def _fields_missing(found: int) -> str:
    return (
        f"an expression has {FIELDS} fields: minute, hour, day of the month, month, day of the"
        f" week; this has {found}. Nothing runs more often than once a minute"
    )


def _margin(after: Micros, zone: ZoneInfo) -> int:
    # Where the clock goes back, what it showed before is shown again.
    before, behind = (
        offset_at(Micros(after - _AROUND), zone),
        offset_at(Micros(after + _AROUND), zone),
    )
    return _AROUND if before > behind else 0
