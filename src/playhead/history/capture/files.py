"""The files of a capture folder: listed, written so that they last, and opened for reading."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import zstandard

from playhead.history.capture.layout import HEAD, file_name, parse_file_name

HEAD_NAME = "head"
META_NAME = "meta.json"
TEMPORARY = ".tmp"

sync_data: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)
"""fdatasync where the system has it: the file's bytes and length, without its times."""


class LogFile(NamedTuple):
    """One file of the log. Sorts by ``base``."""

    base: int
    sealed: bool
    path: Path


def log_files(folder: Path) -> list[LogFile]:
    """Return the log files in order; of a raw and a sealed file of the same base, the raw one.

    Listed until two lists agree: a file that is just being sealed must not be missed.
    """
    while (names := set(os.listdir(folder))) != set(os.listdir(folder)):
        pass
    found: dict[int, LogFile] = {}
    for name in sorted(names):
        parsed = parse_file_name(name)
        if parsed and not (parsed[1] and parsed[0] in found):
            found[parsed[0]] = LogFile(parsed[0], parsed[1], folder / name)
    return [found[base] for base in sorted(found)]


def raw_path(folder: Path, base: int) -> Path:
    """Return where the raw file of ``base`` is, or would be."""
    return folder / file_name(base)


def sealed_path(folder: Path, base: int) -> Path:
    """Return where the sealed file of ``base`` is, or would be."""
    return folder / file_name(base, sealed=True)


def open_log(file: LogFile) -> BinaryIO:
    """Return the raw bytes of ``file``, header first, however it is stored.

    Raises:
        FileNotFoundError: It was sealed or removed since it was listed; list again.
    """
    raw = file.path.open("rb", buffering=0)
    if not file.sealed:
        return raw
    return zstandard.ZstdDecompressor().stream_reader(raw, closefd=True, read_across_frames=True)


def sync_folder(folder: Path) -> None:
    """Make names that were created, renamed or removed in ``folder`` last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write; at the end it is durable under ``path``, or, on an error, gone."""
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_durably(path: Path, content: bytes) -> None:
    """Write a whole file: after a power cut there is the old one or the new one, never a part."""
    with replacing(path) as file:
        file.write(content)


def remove_temporary(folder: Path) -> None:
    """Remove what an interrupted write left behind."""
    for path in folder.glob(f"*{TEMPORARY}"):
        path.unlink(missing_ok=True)


class Head:
    """The durable offset of a capture, in a file of eight bytes."""

    def __init__(self, folder: Path, *, writable: bool = False) -> None:
        path = folder / HEAD_NAME
        if writable and not path.exists():
            write_durably(path, HEAD.pack(0))
        self._descriptor = os.open(path, os.O_RDWR if writable else os.O_RDONLY)

    def read(self) -> int:
        """Return the durable offset. Read until two agree: a write may be under way."""
        while (first := self._bytes()) != self._bytes():
            pass
        return int(HEAD.unpack(first)[0]) if len(first) == HEAD.size else 0

    def write(self, offset: int) -> None:
        """Say that everything before ``offset`` is durable."""
        os.pwrite(self._descriptor, HEAD.pack(offset), 0)

    def sync(self) -> None:
        """Make the head itself last."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _bytes(self) -> bytes:
        return os.pread(self._descriptor, HEAD.size, 0)


def read_head(folder: Path) -> int:
    """Return the durable offset of the capture in ``folder``; 0 where nothing was written."""
    try:
        head = Head(folder)
    except FileNotFoundError:
        return 0
    try:
        return head.read()
    finally:
        head.close()
