"""Folders lent by open descriptor, so that a server need not be able to walk down to them."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from playhead.entrypoints.embedded.accounts import Account

DESCRIPTORS = Path("/proc/self/fd")


class Lent(NamedTuple):
    """How a child sees the folders, and the descriptors that it has to inherit for that."""

    paths: tuple[str, ...]
    descriptors: tuple[int, ...]


@contextmanager
def lent(account: Account | None, *folders: Path) -> Iterator[Lent]:
    """Open ``folders`` for a child that runs as ``account``; our own account needs no loan."""
    if account is None or not DESCRIPTORS.exists():
        yield Lent(tuple(str(folder) for folder in folders), ())
        return
    with ExitStack() as stack:
        opened = tuple(os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in folders)
        for descriptor in opened:
            stack.callback(os.close, descriptor)
        yield Lent(tuple(str(DESCRIPTORS / str(number)) for number in opened), opened)
