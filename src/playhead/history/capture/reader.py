"""Reads a capture, live or finished: every durable record, in order, once."""

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from playhead.history.capture.cursor import CHUNK_BYTES, LogCursor
from playhead.history.capture.errors import CorruptCapture
from playhead.history.capture.files import Head, LogFile, log_files
from playhead.history.capture.record import Record


class CaptureReader:
    """The records of the capture in ``folder``, up to the durable offset and never beyond.

    It keeps its place between calls: going on from where the last call ended costs no look-up.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._head: Head | None = None
        self._cursor: LogCursor | None = None

    def durable_offset(self) -> int:
        """Return the offset up to which records can be read now."""
        if self._head is None:
            try:
                self._head = Head(self._folder)
            except FileNotFoundError:
                return 0
        return self._head.read()

    def records(self, from_offset: int = 0) -> Iterator[Record]:
        """Give every record from ``from_offset`` on until there is no further durable one.

        Raises:
            CorruptCapture: Durable bytes are damaged or gone, or no record starts there.
        """
        while batch := self.read_batch(from_offset):
            yield from batch
            from_offset = batch[-1].next_offset

    def read_batch(self, from_offset: int, *, max_bytes: int = CHUNK_BYTES) -> list[Record]:
        """Return the next durable records, about ``max_bytes`` of them; none: nothing new.

        Args:
            from_offset: Where to start: 0, or a record's ``offset`` or ``next_offset``.
            max_bytes: How much to read at once. One record that is longer comes whole.

        Raises:
            CorruptCapture: Durable bytes are damaged or gone, or no record starts there.
        """
        durable = self.durable_offset()
        if from_offset >= durable:
            return []
        cursor = self._at(from_offset)
        while cursor.offset < durable:
            decoded = cursor.read(durable, max_bytes)
            if decoded is None:
                cursor = self._next_file(cursor, "durable records are missing")
            elif decoded.records:
                return decoded.records
            elif decoded.fault:
                cursor = self._next_file(cursor, decoded.fault)
        return []

    def close(self) -> None:
        """Close the files that are open."""
        for file in (self._cursor, self._head):
            if file is not None:
                file.close()
        self._cursor = self._head = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _at(self, offset: int) -> LogCursor:
        if self._cursor is None or self._cursor.offset != offset:
            self._replace(self._seek(offset))
        assert self._cursor is not None
        return self._cursor

    def _seek(self, offset: int) -> LogCursor:
        while True:
            files = log_files(self._folder)
            with suppress(FileNotFoundError):  # sealed since it was listed
                return self._open_at(files, offset)

    def _open_at(self, files: list[LogFile], offset: int) -> LogCursor:
        index = bisect_right(files, offset, key=lambda file: file.base)
        if index < len(files):
            following = LogCursor(files[index])
            if following.header.previous_end <= offset:
                return following
            following.close()
        if index == 0:
            raise CorruptCapture(self._folder, offset, "the file that held it is gone")
        cursor = LogCursor(files[index - 1])
        cursor.skip_to(offset)
        return cursor

    def _next_file(self, cursor: LogCursor, fault: str) -> LogCursor:
        # Records end where the next file says that they end: only there the fault is none.
        following = self._open_after(cursor.file)
        if following is None:
            raise cursor.corrupt(fault)
        if not following.header.previous_end <= cursor.offset <= following.header.base:
            following.close()
            raise cursor.corrupt(fault)
        self._replace(following)
        return following

    def _open_after(self, file: LogFile) -> LogCursor | None:
        while True:
            after = [found for found in log_files(self._folder) if found.base > file.base]
            if not after:
                return None
            with suppress(FileNotFoundError):  # sealed since it was listed
                return LogCursor(after[0])

    def _replace(self, cursor: LogCursor) -> None:
        if self._cursor is not None:
            self._cursor.close()
        self._cursor = cursor
