"""Names drawn from a seed: the same text gives the same identifier and the same dice."""

from hashlib import sha256
from random import Random


def uuid_of(*parts: object) -> str:
    """Return a version 4 UUID in text that depends on nothing but ``parts``."""
    digits = _digest(parts).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def dice_of(*parts: object) -> Random:
    """Return a random source that depends on nothing but ``parts``."""
    return Random(int.from_bytes(_digest(parts)[:8]))  # noqa: S311  not for secrets


def _digest(parts: tuple[object, ...]) -> bytes:
    return sha256("/".join(map(str, parts)).encode()).digest()
