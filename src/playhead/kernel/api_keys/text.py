"""API keys as texts: a prefix, 256 random bits, and a checksum that tells garbage at once. Pure.

``ph_live_`` (or ``ph_test_``), 43 digits of base 62, then the CRC-32 of all that in 6 more.
"""

import hashlib
import re
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NewType

from playhead.base.errors import Invalid

KeyHash = NewType("KeyHash", bytes)
"""SHA-256 of a key's text. The key is random: nobody guesses it, so nothing slower is needed."""

KEY_START = "ph_"
LIVE_PREFIX, TEST_PREFIX = "ph_live_", "ph_test_"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_BYTES = 32
SECRET_DIGITS = 43
CHECKSUM_DIGITS = 6
KEY_LENGTH = len(LIVE_PREFIX) + SECRET_DIGITS + CHECKSUM_DIGITS
HINT_LENGTH = len(LIVE_PREFIX) + 6
_SHAPE = re.compile(
    f"(?:{LIVE_PREFIX}|{TEST_PREFIX})[0-9A-Za-z]{{{SECRET_DIGITS + CHECKSUM_DIGITS}}}", re.ASCII
)


class KeyMalformed(Invalid):
    """A text that is not an API key: its form is wrong, or its checksum."""

    code = "key.malformed"

    def __init__(self) -> None:
        super().__init__("this is not an API key: a character is wrong or missing", field="key")


@dataclass(frozen=True, slots=True)
class KeyText:
    """A well-formed key. Whether it opens anything only the database knows.

    Attributes:
        hash: By which it is found; the key itself is kept nowhere.
        hint: The first characters, by which people know it.
    """

    hash: KeyHash
    hint: str
    is_test: bool


def new_key(*, is_test: bool, random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return the text of a new key; ``random`` gives that many random bytes."""
    prefix = TEST_PREFIX if is_test else LIVE_PREFIX
    text = prefix + _digits(int.from_bytes(random(SECRET_BYTES), "big"), SECRET_DIGITS)
    return text + _checksum(text)


def parse_key(text: str) -> KeyText:
    """Return what can be told of a key without asking anybody.

    Raises:
        KeyMalformed: It is none. Any single character that is changed, missing or added is noticed.
    """
    if (
        _SHAPE.fullmatch(text) is None
        or _checksum(text[:-CHECKSUM_DIGITS]) != (text[-CHECKSUM_DIGITS:])
    ):
        raise KeyMalformed
    digest = hashlib.sha256(text.encode()).digest()
    return KeyText(KeyHash(digest), text[:HINT_LENGTH], text.startswith(TEST_PREFIX))


def _checksum(text: str) -> str:
    return _digits(zlib.crc32(text.encode()), CHECKSUM_DIGITS)


def _digits(number: int, width: int) -> str:
    digits = ["0"] * width
    for place in range(width - 1, -1, -1):
        number, digit = divmod(number, len(ALPHABET))
        digits[place] = ALPHABET[digit]
    return "".join(digits)
