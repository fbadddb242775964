"""Decimal texts to scaled integers and back. No float ever stands in between."""

import re

from playhead.base.errors import Invalid

_DECIMAL = re.compile(r"([+-]?)(\d{1,15})(?:\.(\d{0,12}))?", re.ASCII)


class InexactNumber(Invalid):
    """A text that is no decimal number, or has more digits than its unit can hold."""

    code = "number.inexact"


def parse_scaled(text: str, digits: int) -> int:
    """Return ``text`` times ``10**digits``, exactly.

    Args:
        text: A plain decimal such as ``"-33.5"``; no exponent.
        digits: Digits after the point that the unit holds; further ones must be zero.

    Raises:
        InexactNumber: The text is malformed or would have to be rounded.
    """
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise InexactNumber(f"{text!r} is not a decimal number")
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if fraction[digits:].strip("0"):
        raise InexactNumber(f"{text!r} has more than {digits} digits after the point")
    magnitude = int(whole + fraction[:digits].ljust(digits, "0"))
    return -magnitude if sign == "-" else magnitude


def format_scaled(value: int, digits: int, shown: int) -> str:
    """Return ``value / 10**digits`` with at least ``shown`` digits after the point, exactly.

    Digits past ``shown`` appear only where they are not zero: ``format_scaled(455000, 6, 4)`` is
    ``"0.4550"`` and ``format_scaled(455050, 6, 4)`` is ``"0.45505"``.
    """
    whole, fraction = divmod(abs(value), 10**digits)
    tail = str(fraction).rjust(digits, "0")
    kept = max(shown, len(tail.rstrip("0")))
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{tail[:kept]}" if kept else f"{sign}{whole}"
