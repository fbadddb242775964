"""The processes' log files, kept small."""

import os
import shutil
from pathlib import Path

LARGEST_BYTES = 10_000_000


def open_log(file: Path) -> int:
    """Return a descriptor that appends to ``file``."""
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def bound_log(file: Path, largest: int = LARGEST_BYTES) -> None:
    """Move the content of ``file`` to ``<file>.1`` once it is larger than ``largest`` bytes.

    Its writer keeps the same open file: it appends, and so goes on at the new beginning.
    """
    if file.exists() and file.stat().st_size > largest:
        shutil.copyfile(file, file.with_name(f"{file.name}.1"))
        os.truncate(file, 0)
