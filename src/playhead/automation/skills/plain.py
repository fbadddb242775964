"""JSON as plain values: a walk that bounds it and refuses what tables cannot keep. Pure."""

import math
from collections.abc import Callable, Iterator

from playhead.base.errors import Invalid
from playhead.base.texts import is_storable

Refusal = Callable[[str, str], Invalid]
"""Makes the error for a path (such as ``.markets[0]``) and what is wrong there."""

BIGGEST_INTEGER = 10**18


def check_json(value: object, refuse: Refusal, *, most_depth: int, most_values: int) -> None:
    """Return if ``value`` is JSON that can be kept, not too deep and not too much of it.

    Raises:
        Invalid: As ``refuse`` makes it: too deep, too many values, an infinite number, a character
            that PostgreSQL cannot keep.
    """
    for count, (path, depth, each) in enumerate(_walked(value), start=1):
        if depth > most_depth:
            raise refuse(path, f"nested deeper than {most_depth}")
        if count > most_values:
            raise refuse("", f"more than {most_values} values")
        _check(path, each, refuse)


def path_of(steps: list[str | int]) -> str:
    """Return the steps into a value as people write them: ``.markets[0].ticker``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)[:300]


def _walked(value: object) -> Iterator[tuple[str, int, object]]:
    waiting: list[tuple[str, int, object]] = [("", 0, value)]
    while waiting:
        path, depth, each = waiting.pop()
        yield path, depth, each
        if isinstance(each, dict):
            waiting += [(f"{path}.{key}"[:300], depth + 1, found) for key, found in each.items()]
            waiting += [(path, depth, key) for key in each]
        elif isinstance(each, list):
            waiting += [(f"{path}[{at}]", depth + 1, found) for at, found in enumerate(each)]


def _check(path: str, value: object, refuse: Refusal) -> None:
    if isinstance(value, str):
        if not is_storable(value):
            raise refuse(path, "a text with a character that cannot be kept")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise refuse(path, "a number must be finite")
    elif isinstance(value, int):
        if abs(value) > BIGGEST_INTEGER:
            raise refuse(path, "an integer has 18 digits at most")
    elif not isinstance(value, dict | list | None):
        raise refuse(path, f"{type(value).__name__} is not JSON")
