"""Wall clocks and instants, through the changes of a time zone. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from playhead.automation.habits.errors import TimezoneUnknown
from playhead.base.time import Micros, datetime_of

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- wall clocks have no zone here
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)
_NOWHERE = frozenset({"localtime", "Factory", "posixrules"})  # what the machine makes of them


@dataclass(frozen=True, slots=True)
class Gap:
    """A time that the clock leaps over, and the instant at which it does."""

    leap: Micros


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of an IANA ``name``.

    Raises:
        TimezoneUnknown: There is none.
    """
    if name not in _names():
        raise TimezoneUnknown(name)
    return ZoneInfo(name)


def wall_of(at: Micros, zone: ZoneInfo) -> datetime:
    """Return what clocks of ``zone`` show ``at`` an instant, without a zone."""
    return datetime_of(at).astimezone(zone).replace(tzinfo=None, fold=0)


def instants_of(wall: datetime, zone: ZoneInfo) -> Sequence[Micros] | Gap:
    """Return when clocks of ``zone`` show ``wall``: once, twice (in order), or never."""
    early, late = _offset(wall, zone, 0), _offset(wall, zone, 1)
    if early == late:
        return (_micros(wall - early),)
    if early > late:
        return (_micros(wall - early), _micros(wall - late))
    return Gap(_leap(wall, zone))


def offset_at(at: Micros, zone: ZoneInfo) -> timedelta:
    """Return how far clocks of ``zone`` are ahead of UTC ``at`` an instant."""
    return datetime_of(at).astimezone(zone).utcoffset() or timedelta()


def offset_text(offset: timedelta) -> str:
    """Return an offset as RFC 3339 writes it, such as ``+05:45``."""
    minutes = abs(offset) // _MINUTE
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _leap(wall: datetime, zone: ZoneInfo) -> Micros:
    # The first minute that there is again; no zone has leapt over more than a day.
    while (early := _offset(wall, zone, 0)) != _offset(wall, zone, 1):
        wall = wall.replace(second=0) + _MINUTE
    return _micros(wall - early)


def _offset(wall: datetime, zone: ZoneInfo, fold: int) -> timedelta:
    return wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()


def _micros(wall: datetime) -> Micros:
    return Micros((wall - _EPOCH) // _MICROSECOND)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones()) - _NOWHERE
