"""How often an interpreter looks for cycles among its objects."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MOST_NEW_OBJECTS = 50_000
"""A batch that is read makes several hundred thousand objects, none of them in a cycle, and drops
them together: looking through them after each 700 takes a tenth of the ingest's time."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let this process look for cycles after so many new objects; then as often as before."""
    usual = gc.get_threshold()
    gc.set_threshold(MOST_NEW_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
