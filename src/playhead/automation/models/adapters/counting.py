"""Counts out of answers that nobody has checked."""


def tokens(value: object) -> int | None:
    """Return ``value`` if it is a number of tokens; None for whatever else came."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def apart(whole: int | None, *parts: int | None) -> tuple[int | None, ...]:
    """Return what of ``whole`` is in none of its ``parts``, and then the parts.

    Parts that exceed the whole cannot be parts of it: the whole stands, and they are unknown, so
    that no token is counted twice.
    """
    if whole is None:
        return (None, *parts)
    rest = whole - sum(part for part in parts if part is not None)
    return (rest, *parts) if rest >= 0 else (whole, *(None for _ in parts))
