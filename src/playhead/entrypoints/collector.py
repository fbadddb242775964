"""How often an interpreter looks for cycles among its objects."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

MOST_NEW_OBJECTS = 50_000
"""What reading a batch makes is in no cycle, and is dropped with the batch. To look through it
after each 700 objects takes some 4 to 10 % of the ingest's time; with this bound nothing was looked
through in 300,000 frames."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let this process look for cycles after so many new objects; then as often as before."""
    usual = gc.get_threshold()
    gc.set_threshold(MOST_NEW_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
