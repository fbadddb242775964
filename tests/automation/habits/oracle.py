"""When cron runs, found by looking at every minute. Written without the library it judges.

Vixie's cron, as its manual tells it. A job whose minutes or hours begin with ``*`` runs in each
minute whose local time matches. Any other runs once for each local time: a time that the clock
leaps over runs in the first minute after the leap; of a time that the clock shows twice, the first
counts.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playhead.base.time import MICROS_PER_SECOND, Micros

MINUTE = timedelta(minutes=1)
BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def numbers(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for term in field.split(","):
        span, _, step = term.partition("/")
        first, _, last = span.partition("-")
        if span == "*":
            ends = (low, high)
        elif last:
            ends = (int(first), int(last))
        else:
            ends = (int(first), high if step else int(first))
        found |= set(range(ends[0], ends[1] + 1, int(step or 1)))
    return found


class Oracle:
    """Says of a local time whether an expression names it."""

    def __init__(self, expression: str) -> None:
        fields = expression.split()
        sets = [numbers(field, *ends) for field, ends in zip(fields, BOUNDS, strict=True)]
        self.minutes, self.hours, self.days, self.months, weekdays = sets
        self.weekdays = {day % 7 for day in weekdays}
        self.both = fields[2].startswith("*") or fields[4].startswith("*")
        self.fixed = not fields[0].startswith("*") and not fields[1].startswith("*")

    def names(self, wall: datetime) -> bool:
        in_month = wall.day in self.days
        in_week = wall.isoweekday() % 7 in self.weekdays
        day = (in_month and in_week) if self.both else (in_month or in_week)
        return (
            wall.minute in self.minutes
            and wall.hour in self.hours
            and wall.month in self.months
            and day
        )


def ticks(expression: str, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Micros]:
    """Yield the instants in (since, until] at which the expression runs, minute by minute."""
    oracle = Oracle(expression)
    at = since
    wall = at.astimezone(zone).replace(tzinfo=None)
    while at + MINUTE <= until:
        before, at = wall, at + MINUTE
        local = at.astimezone(zone)
        wall = local.replace(tzinfo=None, fold=0)
        if not oracle.fixed:
            runs = oracle.names(wall)
        else:
            leapt = [before + MINUTE * n for n in range(1, (wall - before) // MINUTE)]
            runs = any(map(oracle.names, leapt)) or (oracle.names(wall) and not local.fold)
        if runs:
            yield Micros(int(at.timestamp()) * MICROS_PER_SECOND)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CHANGES = {
    "Europe/Amsterdam": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "Australia/Lord_Howe": ("2026-10-03T15:30", "2026-04-04T15:00"),  # by half an hour
    "America/Sao_Paulo": ("2018-11-04T03:00", "2018-02-18T02:00"),  # at midnight
    "Africa/Casablanca": ("2026-03-22T02:00", "2026-02-15T02:00"),  # around Ramadan
    "Asia/Kathmandu": ("2026-03-29T01:00", "2026-10-25T01:00"),  # never; 5:45 ahead
}
"""When the clock goes forward, and back."""
