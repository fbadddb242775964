"""Days of the record on the wire."""

from collections.abc import Iterable

from playhead.history.coverage.days.model import Day
from playhead.history.coverage.shares import seconds_text, share_text
from playhead.web.wire import Wire


class DayView(Wire, frozen=True, kw_only=True):
    """What one day (UTC, by the time of receipt) proves, summed up over all markets.

    Attributes:
        proven_share: Proven seconds by proven and missing ones, cut to six digits after the point;
            null where nothing should be known.
        proven_seconds: Of books while their markets traded, exact.
        gap_seconds: Of books that should be proven and are not, exact.
        markets: How many markets had any of either.
        incidents: How many were noticed on the day.
    """

    day: str
    proven_share: str | None
    proven_seconds: str
    gap_seconds: str
    markets: int
    incidents: int


class DaysView(Wire, frozen=True):
    """The last days, the newest first."""

    data: list[DayView]


def days_view(days: Iterable[Day]) -> DaysView:
    """Return ``days`` as they are sent."""
    return DaysView(data=[_day(each) for each in days])


def _day(day: Day) -> DayView:
    return DayView(
        day=day.day.isoformat(),
        proven_share=share_text(day.proven, day.gap),
        proven_seconds=seconds_text(day.proven),
        gap_seconds=seconds_text(day.gap),
        markets=day.markets,
        incidents=day.incidents,
    )
