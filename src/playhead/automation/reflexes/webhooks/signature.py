"""Signatures of the Standard Webhooks specification. Pure.

`v1,` and the base 64 of HMAC-SHA-256 over the message's id, its timestamp and its body, joined by
dots. Several signatures are separated by spaces: who rotates a secret signs with both.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playhead.base.time import MICROS_PER_SECOND, Micros

ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = (
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
)
PREFIX: Final = "whsec_"
SECRET_BYTES = 32
TOLERANCE = 300
"""Seconds that the timestamp may differ from our clock, either way."""

MOST_SIGNATURES = 10
_ID = re.compile(r"[!-~]{1,200}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Signed:
    """What the headers of a webhook say."""

    id: str
    timestamp: str
    signatures: tuple[bytes, ...]


def new_secret(random: Callable[[int], bytes]) -> str:
    """Return a new secret as it is shown, once; ``random`` gives that many random bytes."""
    return PREFIX + base64.b64encode(random(SECRET_BYTES)).decode()


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for."""
    return base64.b64decode(secret.removeprefix(PREFIX))


def signature(key: bytes, id: str, timestamp: str, body: bytes) -> bytes:
    """Return the bytes of the signature of a message."""
    message = id.encode() + b"." + timestamp.encode() + b"." + body
    return hmac.digest(key, message, hashlib.sha256)


def read_headers(headers: Mapping[str, str]) -> Signed | None:
    """Return what the headers say, or None where one is missing or malformed."""
    id, timestamp = headers.get(ID_HEADER, ""), headers.get(TIMESTAMP_HEADER, "")
    if _ID.fullmatch(id) is None or _TIMESTAMP.fullmatch(timestamp) is None:
        return None
    told = headers.get(SIGNATURE_HEADER, "").split(" ")[:MOST_SIGNATURES]
    signatures = tuple(each for text in told if (each := _decoded(text)) is not None)
    return Signed(id, timestamp, signatures) if signatures else None


def is_recent(signed: Signed, now: Micros) -> bool:
    """Return whether the message was signed within ``TOLERANCE`` of ``now``, inclusive."""
    return abs(int(signed.timestamp) - now // MICROS_PER_SECOND) <= TOLERANCE


def is_signed(signed: Signed, body: bytes, keys: Sequence[bytes]) -> bool:
    """Return whether one of the signatures was made with one of ``keys``.

    Every pair is compared, in constant time: how long it takes does not tell which was near.
    """
    found = False
    for key in keys:
        expected = signature(key, signed.id, signed.timestamp, body)
        for told in signed.signatures:
            found |= hmac.compare_digest(expected, told)
    return found


def _decoded(text: str) -> bytes | None:
    version, _, encoded = text.partition(",")
    if version != "v1":
        return None
    try:
        return base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        return None
