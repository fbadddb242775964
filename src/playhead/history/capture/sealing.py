"""Compresses full log files, in the background, so that a power cut at any moment costs nothing."""

import queue
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import structlog
import zstandard

from playhead.history.capture.files import (
    LogFile,
    log_files,
    open_log,
    raw_path,
    replacing,
    sealed_path,
    sync_folder,
)

LEVEL = 9
_CHUNK_BYTES = 1024 * 1024
_log = structlog.get_logger(__name__)


class _Stopped(Exception):
    """Sealing was called off; the raw file stays."""


def seal(folder: Path, base: int, *, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Replace the raw log file of ``base`` by a compressed one.

    The raw file goes only after the compressed one was read back whole and is durable.

    Raises:
        OSError: The disk is full or fails; the raw file stays.
    """
    raw, sealed = raw_path(folder, base), sealed_path(folder, base)
    with replacing(sealed) as target:
        with raw.open("rb") as source:
            _compress(source, target, should_stop)
        target.flush()
        _check(LogFile(base, True, Path(target.name)), raw.stat().st_size)
    raw.unlink()
    sync_folder(folder)


def seal_up_to(
    folder: Path, base: int | None = None, *, should_stop: Callable[[], bool] = lambda: False
) -> None:
    """Seal every raw file up to that of ``base``, which must all be complete; all if None.

    Raises:
        OSError: The disk is full or fails; what is not sealed stays raw.
    """
    for file in log_files(folder):
        if not file.sealed and (base is None or file.base <= base):
            seal(folder, file.base, should_stop=should_stop)


def _compress(source: BinaryIO, target: BinaryIO, should_stop: Callable[[], bool]) -> None:
    stream = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compressobj()
    while chunk := source.read(_CHUNK_BYTES):
        if should_stop():
            raise _Stopped
        target.write(stream.compress(chunk))
    target.write(stream.flush())


def _check(file: LogFile, expected_bytes: int) -> None:
    found = 0
    with open_log(file) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            found += len(chunk)
    if found != expected_bytes:
        raise OSError(f"{file.path.name} holds {found} bytes instead of {expected_bytes}")


class Sealer:
    """Seals files in a thread. What cannot be sealed stays raw and is tried again with the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bases: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="capture-sealer", daemon=True)

    def start(self, *, current: int) -> None:
        """Begin, with the files that an earlier run left; ``current`` is still being written."""
        complete = [file.base for file in log_files(self._folder) if file.base < current]
        if complete:
            self.put(complete[-1])
        self._thread.start()

    def put(self, base: int) -> None:
        """Have every file up to that of ``base``, all complete, sealed soon."""
        self._bases.put(base)

    def stop(self, *, quickly: bool) -> None:
        """End: ``quickly``, and what is not sealed stays raw; else when all is sealed."""
        if quickly:
            self._stopping.set()
        self._bases.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while (base := self._bases.get()) is not None and not self._stopping.is_set():
            try:
                seal_up_to(self._folder, base, should_stop=self._stopping.is_set)
            except _Stopped:
                return
            except (OSError, zstandard.ZstdError) as error:
                _log.warning("capture.not_sealed", folder=self._folder.name, reason=str(error))
