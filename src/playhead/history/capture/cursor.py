"""Reads the records of one log file from front to back."""

from typing import BinaryIO

import zstandard

from playhead.history.capture.errors import CorruptCapture
from playhead.history.capture.files import LogFile, open_log
from playhead.history.capture.layout import (
    FILE_HEADER,
    Decoded,
    FileHeader,
    decode_file_header,
    decode_records,
)

CHUNK_BYTES = 256 * 1024


class LogCursor:
    """A place in a log file. It keeps the file open, so the file may be sealed and removed."""

    def __init__(self, file: LogFile) -> None:
        """Open ``file`` at its first record.

        Raises:
            FileNotFoundError: The file was sealed or removed since it was listed.
            CorruptCapture: Its header is damaged or does not fit its name.
        """
        self.file = file
        self.offset = file.base
        self._rest = b""
        self._fault: str | None = None
        self._stream: BinaryIO = open_log(file)
        try:
            self.header = self._read_header()
        except BaseException:
            self._stream.close()
            raise

    def read(self, limit: int, chunk_bytes: int = CHUNK_BYTES) -> Decoded | None:
        """Return further records that end at ``limit`` or before; None at the end of the file.

        The records may be none where the chunk ends within the first of them: read again. A fault
        is there to stay: every later call names it again.
        """
        if self._fault:
            return Decoded([], self.offset, self._fault)
        wanted = min(limit - self.offset - len(self._rest), chunk_bytes)
        fresh = self._read(wanted) if wanted > 0 else b""
        if not fresh:
            return None
        data = self._rest + fresh if self._rest else fresh
        decoded = decode_records(data, self.offset)
        self._rest = data[decoded.end - self.offset :]
        self.offset = decoded.end
        self._fault = decoded.fault
        return decoded

    def skip_to(self, offset: int) -> None:
        """Go on to ``offset``, which must be the start of a record, without decoding."""
        distance = offset - self.offset
        if self.file.sealed:
            while distance > 0 and (passed := len(self._read(min(distance, CHUNK_BYTES)))):
                distance -= passed
        else:
            self._stream.seek(distance, 1)
        self.offset = offset

    def close(self) -> None:
        """Close the file."""
        self._stream.close()

    def corrupt(self, fault: str) -> CorruptCapture:
        """Return the error that says what is wrong here."""
        return CorruptCapture(self.file.path, self.offset, fault)

    def _read_header(self) -> FileHeader:
        header = decode_file_header(self._read(FILE_HEADER.size))
        if header is None or header.base != self.file.base:
            raise self.corrupt("the header of the file is damaged")
        return header

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except zstandard.ZstdError as error:
            raise self.corrupt(f"it cannot be decompressed ({error})") from error
