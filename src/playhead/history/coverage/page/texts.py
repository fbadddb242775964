"""Numbers and times as people read them. Pure."""

from playhead.base.exact import format_scaled
from playhead.base.time import MICROS_PER_SECOND, Micros, format_instant
from playhead.history.coverage.shares import SHARE_DIGITS

NO_BREAK = "\N{NO-BREAK SPACE}"
NOTHING = "\N{EM DASH}"
_PERCENT_DIGITS = SHARE_DIGITS - 2
_NEARLY_ALL = 999_900
_UNITS = ((86_400, "day", "days"), (3600, "h", "h"), (60, "min", "min"), (1, "s", "s"))


def percent(part: int, rest: int, *, digits: int | None = None) -> str:
    """Return ``part / (part + rest)``, cut and not rounded: only what is whole reads 100 %.

    ``digits`` after the point; left out: two, or four where two would hide what is missing.
    """
    whole = part + rest
    if whole == 0:
        return NOTHING
    if rest == 0:
        return f"100{NO_BREAK}%"
    scaled = part * 10**SHARE_DIGITS // whole
    shown = digits or (_PERCENT_DIGITS if scaled >= _NEARLY_ALL else 2)
    text = format_scaled(scaled, _PERCENT_DIGITS, _PERCENT_DIGITS)
    return f"{text[: len(text) - _PERCENT_DIGITS + shown]}{NO_BREAK}%"


def share_of(width: int, part: int, rest: int) -> str:
    """Return how much of ``width`` falls to ``part``, with two digits after the point."""
    return format_scaled(width * 100 * part // max(1, part + rest), 2, 2)


def duration(micros: int | None) -> str:
    """Return a length of time in its two largest units; of a short one tenths, or milliseconds."""
    if micros is None:
        return NOTHING
    if micros < MICROS_PER_SECOND // 10:
        return f"{micros // 1000}{NO_BREAK}ms"
    if micros < 10 * MICROS_PER_SECOND:
        return f"{format_scaled(micros // 100_000, 1, 1)}{NO_BREAK}s"
    seconds = micros // MICROS_PER_SECOND
    first = next(index for index, unit in enumerate(_UNITS) if seconds >= unit[0])
    told = []
    for size, one, many in _UNITS[first : first + 2]:
        count, seconds = divmod(seconds, size)
        if count:
            told.append(f"{count}{NO_BREAK}{one if count == 1 else many}")
    return " ".join(told)


def number(value: int) -> str:
    """Return an integer with its thousands apart."""
    return f"{value:,}"


def counted(value: int, one: str, many: str) -> str:
    """Return a number and what it counts."""
    return f"{number(value)}{NO_BREAK}{one if value == 1 else many}"


def clock_time(at: Micros | None) -> str:
    """Return the time of day in UTC, to the second."""
    return NOTHING if at is None else format_instant(at)[11:19]


def date_and_time(at: Micros | None) -> str:
    """Return day and time in UTC, to the second."""
    return NOTHING if at is None else format_instant(at)[:19].replace("T", " ")
