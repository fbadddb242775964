"""One capture, as its folder tells it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from playhead.history.capture.files import log_files, read_head
from playhead.history.capture.meta import Meta, read_meta


@dataclass(frozen=True)
class Capture:
    """A capture's number and name, from its folder; the rest is read when asked for."""

    number: int
    name: str
    folder: Path

    @cached_property
    def meta(self) -> Meta:
        """What it says about itself.

        Raises:
            CorruptCapture: ``meta.json`` cannot be read.
        """
        return read_meta(self.folder)

    def durable_offset(self) -> int:
        """Return the bytes of all its durable records, uncompressed."""
        return read_head(self.folder)

    def stored_bytes(self) -> int:
        """Return what its log files take on the disk."""
        total = 0
        for file in log_files(self.folder):
            try:
                total += file.path.stat().st_size
            except FileNotFoundError:  # it was sealed just now
                continue
        return total

    def is_finished(self) -> bool:
        """Return whether nothing will ever follow: its last file is sealed."""
        files = log_files(self.folder)
        return bool(files) and files[-1].sealed
