"""Ids: UUIDs that sort by the time they were made, written with a prefix that names their kind."""

import re
import secrets
from collections.abc import Callable
from uuid import UUID

from playhead.base.errors import Invalid
from playhead.base.time import Micros

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
DIGITS = 26
_VALUES = {digit: value for value, digit in enumerate(ALPHABET)}
_BODY = re.compile(f"[0-7][{ALPHABET}]{{{DIGITS - 1}}}", re.ASCII)
_VERSION, _VARIANT = 7, 0b10
_MICROS_PER_MILLI = 1000


class InvalidId(Invalid):
    """A text that is not an id of the kind that is asked for."""

    code = "id.invalid"


def new_uuid(now: Micros, random: Callable[[int], int] = secrets.randbits) -> UUID:
    """Return a UUID of version 7 (RFC 9562): the millisecond of ``now``, then 74 random bits.

    Args:
        now: UTC microseconds; cut to the millisecond.
        random: Gives that many random bits as an integer.
    """
    millis = now // _MICROS_PER_MILLI
    return UUID(int=millis << 80 | _VERSION << 76 | random(12) << 64 | _VARIANT << 62 | random(62))


def format_id(prefix: str, value: UUID) -> str:
    """Return ``value`` as it is written outside: ``org_`` and 26 digits of base 32.

    Two ids of one kind sort like their UUIDs.
    """
    shifts = range(5 * (DIGITS - 1), -1, -5)
    return f"{prefix}_" + "".join(ALPHABET[value.int >> shift & 31] for shift in shifts)


def parse_id(prefix: str, text: str, *, field: str) -> UUID:
    """Return the UUID that ``format_id`` wrote as ``text``.

    Raises:
        InvalidId: It is not an id with that prefix; the error names ``field``.
    """
    kind, _, body = text.partition("_")
    if kind != prefix or _BODY.fullmatch(body) is None:
        example = f"{prefix}_" + "0" * DIGITS
        raise InvalidId(f"{field}: an id looks like {example}", field=field)
    number = 0
    for digit in body:
        number = number << 5 | _VALUES[digit]
    return UUID(int=number)
