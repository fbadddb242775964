"""How much of what should be known is known. Pure."""

from datetime import date, timedelta

from playhead.base.exact import format_scaled
from playhead.base.time import MICROS_PER_SECOND, Micros, datetime_of

MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND
SHARE_DIGITS = 6
_EPOCH = date(1970, 1, 1)


def share_text(part: int, rest: int) -> str | None:
    """Return ``part / (part + rest)`` with six digits after the point; None for nothing at all.

    Cut, not rounded: what is not whole never reads as 1.
    """
    whole = part + rest
    if whole == 0:
        return None
    return format_scaled(part * 10**SHARE_DIGITS // whole, SHARE_DIGITS, SHARE_DIGITS)


def seconds_text(micros: int) -> str:
    """Return a length of time in seconds, exactly."""
    return format_scaled(micros, SHARE_DIGITS, SHARE_DIGITS)


def day_of(at: Micros) -> date:
    """Return the day of ``at`` in UTC."""
    return datetime_of(at).date()


def start_of(day: date) -> Micros:
    """Return the first instant of a day in UTC."""
    return Micros((day - _EPOCH).days * MICROS_PER_DAY)


def last_days(count: int, now: Micros) -> list[date]:
    """Return the last ``count`` days, the newest first; the first is that of ``now``."""
    today = day_of(now)
    return [today - timedelta(days=back) for back in range(count)]
