"""Puts groups of records on the disk: durable when the call returns, cut into files."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from playhead.history.capture.errors import CaptureFinished, CaptureInUse
from playhead.history.capture.files import Head, raw_path, replacing, sync_data
from playhead.history.capture.layout import FILE_HEADER, FileHeader, encode_file_header
from playhead.history.capture.locking import FolderLock
from playhead.history.capture.recovery import Recovered, recover
from playhead.history.capture.sealing import seal_up_to


class LogAppender:
    """The only writer of a capture's files.

    Not safe for threads; every ``OSError`` leaves all durable bytes as they are, and the same
    group may be tried again.
    """

    def __init__(
        self, folder: Path, *, max_file_bytes: int, on_full: Callable[[int], None]
    ) -> None:
        """Open ``folder`` for writing; ``on_full`` gets the base of each file that is complete."""
        self._folder = folder
        self._max_file_bytes = max_file_bytes
        self._on_full = on_full
        self._lock = _take(folder)
        self._torn = False
        self.durable = 0
        self._base = 0
        self._head: Head | None = None
        self._descriptor: int | None = None
        try:
            self._head = Head(folder, writable=True)
            self.recovered = self._recover(self._head)
            self._open(self.recovered)
        except BaseException:
            self._release()
            raise

    def write(self, group: bytes | bytearray, connection: int) -> None:
        """Append ``group`` (whole records) and return when it is durable.

        Args:
            connection: The highest connection number so far; a new file starts with it.
        """
        if self._torn:
            os.ftruncate(self._file, self._position(self.durable))
        if self.durable - self._base >= self._max_file_bytes:
            self._rotate(connection)
        self._torn = True
        self._write_whole(group)
        sync_data(self._file)
        self._durable_head.write(self.durable + len(group))
        self.durable += len(group)
        self._torn = False

    def close(self) -> None:
        """Make the head last and let go of the capture."""
        with suppress(OSError):  # the head is only a promise; recovery finds the truth
            self._durable_head.sync()
        self._release()

    @property
    def base(self) -> int:
        """The base of the file that is being written."""
        return self._base

    @property
    def _file(self) -> int:
        assert self._descriptor is not None
        return self._descriptor

    @property
    def _durable_head(self) -> Head:
        assert self._head is not None
        return self._head

    def _recover(self, head: Head) -> Recovered:
        try:
            return recover(self._folder, head.read())
        except CaptureFinished as finished:  # perhaps a crash came before it was sealed
            head.write(finished.end)
            head.sync()
            seal_up_to(self._folder)
            raise

    def _open(self, recovered: Recovered) -> None:
        self.durable = recovered.end
        if recovered.is_new_file:
            self._create(recovered.header)
        else:
            self._switch_to(recovered.header.base)
        self._durable_head.write(self.durable)
        self._durable_head.sync()

    def _rotate(self, connection: int) -> None:
        full = self._base
        self._create(FileHeader(self.durable, self.durable, connection))
        self._on_full(full)

    def _create(self, header: FileHeader) -> None:
        with replacing(raw_path(self._folder, header.base)) as file:
            file.write(encode_file_header(header))
        self._switch_to(header.base)

    def _switch_to(self, base: int) -> None:
        descriptor = os.open(raw_path(self._folder, base), os.O_RDWR)
        if self._descriptor is not None:
            os.close(self._descriptor)
        self._descriptor = descriptor
        self._base = base

    def _write_whole(self, group: bytes | bytearray) -> None:
        position = self._position(self.durable)
        with memoryview(group) as view:
            written = 0
            while written < len(view):
                written += os.pwrite(self._file, view[written:], position + written)

    def _position(self, offset: int) -> int:
        return FILE_HEADER.size + offset - self._base

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
        if self._head is not None:
            self._head.close()
        self._lock.release()


def _take(folder: Path) -> FolderLock:
    try:
        return FolderLock(folder)
    except BlockingIOError as error:
        raise CaptureInUse(folder) from error
