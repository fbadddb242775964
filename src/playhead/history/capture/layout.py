"""The bytes of a capture: file headers, records, file names. Pure. See the capture format page.

Offsets count record bytes only, over all files; file headers do not count. So the same records have
the same offsets however they are cut into files.
"""

import re
from struct import Struct
from typing import NamedTuple
from zlib import crc32

from playhead.base.time import Nanos
from playhead.history.capture.record import Kind, Record

FORMAT = 1
MAGIC = b"PLAYHEAD"
RECORD_HEADER = Struct("<IIIBBHq")
"""crc32 of all that follows, payload length, connection, kind, flags, zero, received_at."""
FILE_HEADER = Struct("<8sIIQQI4x")
"""magic, format, highest connection so far, base, end of the file before, crc32 of these."""
HEAD = Struct("<Q")
MAX_PAYLOAD = 64 * 1024 * 1024
MAX_CONNECTION = 2**32 - 1
NO_TIME = -(2**63)

_HEADER_CHECKED = FILE_HEADER.size - 8
_KINDS: list[Kind | None] = [None] * 256
for _kind in Kind:
    _KINDS[_kind] = _kind

_CHECKSUM = Struct("<I")
_CHECKED = Struct("<IIBBHq")
_NAME = re.compile(r"(\d{20})\.log(\.zst)?", re.ASCII)


class FileHeader(NamedTuple):
    """What a log file says about itself.

    Attributes:
        base: Offset of the file's first record.
        previous_end: Where the records of the file before end. Less than ``base`` only where
            durable bytes were lost: no record ever takes the place of a lost one.
        connection: The highest connection number given out before this file.
    """

    base: int
    previous_end: int
    connection: int


def encode_file_header(header: FileHeader) -> bytes:
    """Return the bytes at the start of a log file."""
    fields = (MAGIC, FORMAT, header.connection, header.base, header.previous_end)
    checked = FILE_HEADER.pack(*fields, 0)[:_HEADER_CHECKED]
    return FILE_HEADER.pack(*fields, crc32(checked))


def decode_file_header(data: bytes) -> FileHeader | None:
    """Return what the header says; None if it is cut, damaged or of another format."""
    if len(data) < FILE_HEADER.size:
        return None
    magic, version, connection, base, previous_end, checksum = FILE_HEADER.unpack_from(data)
    if magic != MAGIC or version != FORMAT or crc32(data[:_HEADER_CHECKED]) != checksum:
        return None
    return FileHeader(base=base, previous_end=previous_end, connection=connection)


def encode_record(kind: Kind, payload: bytes, connection: int, received_at: Nanos | None) -> bytes:
    """Return the bytes of a record."""
    at = NO_TIME if received_at is None else received_at
    checked = _CHECKED.pack(len(payload), connection, kind, 0, 0, at) + payload
    return _CHECKSUM.pack(crc32(checked)) + checked


class Decoded(NamedTuple):
    """Whole records from the start of a buffer, and why there are no more.

    Attributes:
        end: Offset just after the last whole record.
        fault: Why the bytes at ``end`` are no record; None if the buffer merely ends.
    """

    records: list[Record]
    end: int
    fault: str | None


def decode_records(data: bytes, offset: int) -> Decoded:
    """Return the whole records at the start of ``data``, whose first byte is at ``offset``.

    Every checksum is checked. A record cut by the end of the buffer is not a fault.
    """
    records: list[Record] = []
    append, unpack, header_size, kinds = records.append, RECORD_HEADER.unpack_from, 24, _KINDS
    start, size = 0, len(data)
    while (body := start + header_size) <= size:
        checksum, length, connection, kind_number, _, _, at = unpack(data, start)
        end = body + length
        if end > size:
            if length > MAX_PAYLOAD:
                return Decoded(records, offset + start, "no record can be so long")
            break
        if crc32(data[start + 4 : end]) != checksum:  # of all but itself
            return Decoded(records, offset + start, "the checksum is wrong")
        kind = kinds[kind_number]
        if kind is None:
            return Decoded(records, offset + start, f"the kind {kind_number} is unknown")
        received_at = None if at == NO_TIME else at
        append(Record(offset + start, offset + end, kind, received_at, connection, data[body:end]))
        start = end
    return Decoded(records, offset + start, None)


def file_name(base: int, *, sealed: bool = False) -> str:
    """Return the name of the log file whose first record is at ``base``."""
    return f"{base:020}.log.zst" if sealed else f"{base:020}.log"


def parse_file_name(name: str) -> tuple[int, bool] | None:
    """Return base and whether the file is sealed; None if ``name`` is no log file's."""
    match = _NAME.fullmatch(name)
    return (int(match.group(1)), match.group(2) is not None) if match else None
