"""Instants as a person types them: ``-10s``, ``now``, or RFC 3339."""

import re

from playhead.base.exact import parse_scaled
from playhead.base.time import InvalidInstant, Micros, parse_instant

MICRO_DIGITS = 6
SECONDS_OF = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_AGO = re.compile(r"-(\d{1,9}(?:\.\d{1,6})?)(ms|[smhd])", re.ASCII)


def instant_of(text: str, *, now: Micros) -> Micros | None:
    """Return the instant that ``text`` means; None for ``now``, which is the newest there is.

    Raises:
        InvalidInstant: It is neither ``now``, nor so long ago, nor an RFC 3339 time with an offset.
    """
    if text == "now":
        return None
    ago = _AGO.fullmatch(text)
    at = parse_instant(text) if ago is None else Micros(now - _micros(ago.group(1), ago.group(2)))
    if at < 0:
        raise InvalidInstant(f"{text} is before 1970, and so before any recording")
    return at


def _micros(number: str, unit: str) -> int:
    if unit == "ms":
        return parse_scaled(number, MICRO_DIGITS) // 1000
    return parse_scaled(number, MICRO_DIGITS) * SECONDS_OF[unit]
