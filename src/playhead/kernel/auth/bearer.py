"""Secrets that whoever bears them can use: 256 random bits, of which only a digest is kept."""

import secrets
from collections.abc import Callable
from hashlib import sha256

RANDOM_BYTES = 32
REFRESH = "ph_refresh_"
VERIFY_EMAIL = "ph_verify_"
RESET_PASSWORD = "ph_reset_"  # noqa: S105 -- how such a secret begins, so that it is recognised
Random = Callable[[int], str]
"""Gives the text of that many random bytes: letters, digits, ``-`` and ``_``."""

_DIGITS = 43


def new_secret(prefix: str, random: Random = secrets.token_urlsafe) -> str:
    """Return a secret that starts with ``prefix``, by which people and scanners know it."""
    return prefix + random(RANDOM_BYTES)


def digest(secret: str) -> bytes:
    """Return what is kept of a secret. It has 256 random bits: no slow hash could add to that."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()


def is_shaped(secret: str, prefix: str) -> bool:
    """Return whether a text can be such a secret at all; if not, nobody need be asked."""
    body = secret.removeprefix(prefix)
    return body != secret and len(body) == _DIGITS and body.isascii()
