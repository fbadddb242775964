"""How much work a condition may be. CEL bounds its loops by count; we bound what each turn costs.

A condition cannot be interrupted, so what it can cost is known before it runs: at most the size of
the event for each operation, times the turns of its loops.
"""

import re
from itertools import chain

MOST_WORK = 20_000_000
"""Characters looked at, at the very worst: some tenths of a second."""

MOST_TURNS = 10_000
"""CEL's own bound for all loops of a condition together."""

_LOOP = re.compile(r"\b(?:all|exists|exists_one|map|filter)\b")
_SCALAR = 8


def loops(source: str) -> int:
    """Return how many loops a condition may have inside each other, at most."""
    return len(_LOOP.findall(source))


def is_too_much(value: object, loops: int) -> bool:
    """Return whether that many loops over ``value`` could cost more than ``MOST_WORK``."""
    if not loops:
        return False
    size, longest = _measure(value)
    turns: int = max(longest, 1) ** min(loops, 4)
    return size * min(turns, MOST_TURNS) > MOST_WORK


def _measure(value: object) -> tuple[int, int]:
    """Return the size of a value of JSON, and how many elements the longest in it has."""
    size, longest = 0, 0
    pending = [value]
    while pending:
        each = pending.pop()
        size += _SCALAR
        if isinstance(each, str):
            size += len(each)
        elif isinstance(each, dict):
            longest = max(longest, len(each))
            pending.extend(chain(each.keys(), each.values()))
        elif isinstance(each, list):
            longest = max(longest, len(each))
            pending.extend(each)
    return size, longest
