"""Counts out of answers that nobody has checked."""


def tokens(value: object) -> int | None:
    """Return ``value`` if it is a number of tokens; None for whatever else came."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def split(whole: int | None, *parts: int | None) -> int | None:
    """Return ``whole`` without its ``parts``, as far as they are known.

    Parts that exceed the whole cannot be parts of it: then the whole is returned as it was said.
    """
    if whole is None:
        return None
    rest = whole - sum(part for part in parts if part is not None)
    return rest if rest >= 0 else whole
