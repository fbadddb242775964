"""Instants as integers: UTC nanoseconds in captures, UTC microseconds on the tape."""

import re
from datetime import UTC, datetime, timedelta
from typing import NewType

from playhead.base.errors import Invalid

Nanos = NewType("Nanos", int)
Micros = NewType("Micros", int)

MICROS_PER_SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


class InvalidInstant(Invalid):
    """A text that is not an RFC 3339 instant with an offset."""

    code = "time.invalid"


def parse_instant(text: str) -> Micros:
    """Return the UTC microseconds of an RFC 3339 ``text``.

    Fractions of one to nine digits are accepted (trailing zeros are often trimmed on the wire);
    digits past the microsecond are cut, not rounded, so that an instant never moves later.

    Raises:
        InvalidInstant: The text is malformed, names no offset, or is not a date.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise InvalidInstant(
            f"{text!r} is not an RFC 3339 time with an offset, such as 2026-11-21T12:00:00.5Z"
        )
    day, clock, fraction, offset = match.groups()
    zone = "+00:00" if offset in "Zz" else offset
    try:
        whole = datetime.fromisoformat(f"{day}T{clock}{zone}")
        seconds = (whole - _EPOCH) // timedelta(seconds=1)
    except (ValueError, OverflowError) as error:
        raise InvalidInstant(f"{text!r} is not a date: {error}") from error
    return Micros(seconds * MICROS_PER_SECOND + int((fraction or "0").ljust(6, "0")[:6]))


def format_instant(at: Micros) -> str:
    """Return ``at`` as RFC 3339 in UTC with a ``Z`` and six digits of fraction."""
    moment = _EPOCH + at * _MICROSECOND
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def datetime_of(at: Micros) -> datetime:
    """Return ``at`` as an aware datetime in UTC."""
    return _EPOCH + at * _MICROSECOND


def to_micros(at: Nanos) -> Micros:
    """Return ``at`` cut (towards the past) to microseconds."""
    return Micros(at // 1000)
